// What the desk does for residents: households, join codes, moving out, notices, surveys.

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import decodeQR from "qr/decode.js";
import { findRecords } from "../harness/agreement";
import { now } from "../harness/clock";
import { draftIsKept } from "../harness/disk";
import { everythingIsSent, PASS_PHRASE, signIn, signInAndEnrol } from "../harness/people";
import { see, type Look } from "../harness/pages";
import { arriveAtHome } from "../harness/residents";
import { load } from "../harness/server";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";

const STARTER = fileURLToPath(new URL("../../starter", import.meta.url));
const PHONE = { width: 360, height: 740 };

/** Somebody who looks after residents, at a device of their own. */
async function sitDown(page: Page, username: string): Promise<void> {
  await signInAndEnrol(page, username, "own");
  await page.goto("/neighbourhood");
  await expect(page.locator("main .headline")).toBeVisible();
}

async function openHouseholds(page: Page): Promise<void> {
  await page.locator("nav.navigation a[href='/neighbourhood']").click();
  await page.locator("main a.button[href='/households']").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/住户|Households/);
}

async function addHousehold(page: Page, flat: string, building: string): Promise<void> {
  await openHouseholds(page);
  await page.getByRole("link", { name: "添加住户" }).click();
  await page.getByLabel("房号（中文）").fill(flat);
  await page.getByLabel("楼栋").selectOption({ label: building });
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(flat);
}

/** What a phone's camera reads off the QR code. */
async function scanned(page: Page, selector: string): Promise<string> {
  const { width, height, data } = await page.locator(selector).evaluate((drawing) => {
    const scale = 8;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = (drawing as unknown as SVGSVGElement).viewBox.baseVal.width * scale;
    const pen = canvas.getContext("2d")!;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.scale(scale, scale);
    pen.fillStyle = "#000";
    pen.fill(new Path2D(drawing.querySelector("path")!.getAttribute("d")!));
    const { width, height, data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return { width, height, data: [...data] };
  });
  return decodeQR({ width, height, data: Uint8Array.from(data) });
}

/** Issues a code for the household whose page is open. Returns it with the address behind its QR code. */
async function issueCode(page: Page): Promise<{ code: string; address: string }> {
  await page.getByRole("button", { name: "签发加入码" }).click();
  await expect(page.getByText("只显示这一次")).toBeVisible();
  const code = (await page.locator(".join-code .join-typed").textContent())!;
  return { code, address: await scanned(page, ".join-code .join-drawing") };
}

/** A newcomer's phone is led to an address by its camera, and waits to be taken in. */
async function joinBy(phone: Page, address: string, name: string, username: string): Promise<void> {
  await phone.goto(address);
  await phone.locator("#field-name").fill(name);
  await phone.locator("#field-username").fill(username);
  await phone.locator("#field-pass-phrase").fill(PASS_PHRASE);
  await phone.locator("button.main").click();
  await expect(phone.locator("dl.handed dd")).toHaveText(username);
}

/** How many sheets of paper the printer takes. */
async function paper(page: Page): Promise<number> {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)!.length;
}

test("a steward adds a household, hands out join codes, takes one newcomer in, declines another, and lets the household move out", async ({ community, openDevice }) => {
  test.setTimeout(120_000);
  const desk = await openDevice({ viewport: { width: 1280, height: 900 } });
  await sitDown(desk, "steward");
  await addHousehold(desk, "3栋1202", "3号楼");
  await everythingIsSent(desk);
  const { code, address } = await issueCode(desk);
  expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/);
  expect(address).toBe(`${community.url}/join#${code.replaceAll("-", "")}`);
  expect(await scanned(desk, ".letter .join-drawing")).toBe(address);
  await expect(desk.locator(".letter")).toContainText("张江花园");
  await expect(desk.locator(".letter")).toContainText("To the household at");
  await desk.emulateMedia({ media: "print" });
  await picture(desk, "letter-a5");
  expect(await paper(desk)).toBe(1);
  await desk.emulateMedia({ media: "screen" });
  await desk.getByRole("button", { name: "A4" }).click();
  await desk.getByRole("button", { name: "中文", exact: true }).click();
  await expect(desk.locator(".letter")).not.toContainText("To the household at");
  await desk.emulateMedia({ media: "print" });
  await picture(desk, "letter-a4");
  expect(await paper(desk)).toBe(1);
  await desk.emulateMedia({ media: "screen" });
  await desk.getByRole("button", { name: "已交给住户" }).click();
  await expect(desk.getByText(code)).toHaveCount(0);
  const second = await issueCode(desk);
  expect(second.code).not.toBe(code);
  await desk.getByRole("button", { name: "已交给住户" }).click();

  const [phone, other] = [await openDevice({ viewport: PHONE }), await openDevice({ viewport: PHONE })];
  await joinBy(phone, address, "顾新居", "guxinju");
  await joinBy(other, second.address, "冒名者", "stranger");
  await desk.locator("nav.navigation a[href='/neighbourhood']").click();
  await expect(desk.locator(".headline")).toContainText("2 人等待确认加入");
  await picture(desk, "neighbourhood-waits");
  await desk.locator(".headline").click();
  await desk.getByRole("button", { name: "拒绝 冒名者" }).click();
  const question = desk.getByRole("alertdialog");
  await expect(question.getByRole("heading")).toBeFocused();
  await expect(question).toContainText("账号删除");
  await question.getByRole("button", { name: "拒绝" }).click();
  await expect(desk.getByText("已拒绝冒名者的申请。")).toBeVisible();
  await desk.getByRole("button", { name: "确认加入 顾新居" }).click();
  await expect(question).toContainText("请先核对身份");
  await picture(desk, "newcomer-question");
  await question.getByRole("button", { name: "确认加入" }).click();
  await expect(desk.getByText("已确认顾新居加入，现在可以登录。")).toBeVisible();
  await expect(desk.getByText("没有人在等")).toBeVisible();

  await other.goto("/sign-in");
  await signIn(other, "stranger");
  await expect(other.getByRole("alert")).toContainText("用户名或密码不对");
  await phone.goto("/sign-in");
  await arriveAtHome(phone, "guxinju");
  await expect(phone.locator("main")).toContainText("3栋1202");

  await desk.getByLabel("按房号、姓名或楼栋查找").fill("顾新居");
  await desk.locator("main a.row", { hasText: "3栋1202" }).click();
  await expect(desk.locator("main ul.rows").first()).toContainText("顾新居");
  await desk.getByRole("button", { name: "登记搬出" }).click();
  await expect(question.getByRole("heading")).toBeFocused();
  for (const means of ["不能再登录", "资料会清除", "名额退回", "加入码作废", "不能撤销"]) await expect(question).toContainText(means);
  await picture(desk, "moving-out");
  await question.getByRole("button", { name: "登记搬出" }).click();
  await expect(desk.locator("main .notice")).toContainText("已搬出");
  await expect(desk.getByRole("button", { name: "签发加入码" })).toHaveCount(0);
  await everythingIsSent(desk);
  await expect(phone.locator("nav.navigation")).toHaveCount(0, { timeout: 60_000 });
  expect(await phone.evaluate(kept), "the phone holds nothing of the household").not.toContain("3栋1202");

  await openHouseholds(desk);
  await desk.getByText("已搬出（1）").click();
  await expect(desk.locator("main details a.row", { hasText: "3栋1202" })).toBeVisible();
  const household = findRecords(await community.export(), "household").find((it) => it.body.flat.zh === "3栋1202")!;
  expect(household.body.moved_out).toBeGreaterThan(0);
});

/** Everything that this browser's databases hold, as text. Runs in the page. */
async function kept(): Promise<string> {
  const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const all: unknown[] = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name!));
    for (const store of database.objectStoreNames) all.push(await done(database.transaction(store).objectStore(store).getAll()));
    database.close();
  }
  return JSON.stringify(all);
}

test("without a network households are there, one is asked for, and what needs the server says so", async ({ community, openDevice }) => {
  const desk = await openDevice({ viewport: PHONE });
  await sitDown(desk, "manager");
  await openHouseholds(desk);
  await expect(desk.getByText("没有人在等")).toBeVisible();
  community.cable.cut();
  await addHousehold(desk, "1栋0909", "1号楼");
  await expect(desk.getByText("已存本机，等待服务器确认。")).toBeVisible();
  await expect(desk.getByRole("button", { name: "签发加入码" })).toBeDisabled();
  await desk.getByRole("link", { name: "返回" }).click();
  await expect(desk.getByText("谁在等待加入，要连上服务器才知道")).toBeVisible();
  await expect(desk.locator("main a.row", { hasText: "1栋0909" })).toContainText("等待服务器确认");
  await desk.locator("main a.row", { hasText: "1栋0302" }).click();
  await desk.getByRole("button", { name: "签发加入码" }).click();
  await expect(desk.getByRole("alert")).toContainText("签发加入码要连上服务器");

  // A member leaves; the draft of another household stays where it was.
  await desk.getByRole("button", { name: "移出徐杰" }).click();
  await desk.getByRole("alertdialog").getByRole("button", { name: "移出" }).click();
  await expect(desk.getByText("徐杰")).toHaveCount(0);
  await desk.getByRole("link", { name: "返回" }).click();
  await desk.getByRole("link", { name: "添加住户" }).click();
  await desk.getByRole("button", { name: "保存" }).click();
  await expect(desk.locator("#field-flat-zh-fault")).toContainText("请至少用一种语言填房号");
  await desk.getByLabel("房号（中文）").fill("2栋写了一半");
  community.cable.plug();
  await everythingIsSent(desk);
  await desk.reload();
  await expect(desk.getByLabel("房号（中文）"), "what was typed is still there").toHaveValue("2栋写了一半");
  const household = findRecords(await community.export(), "household").find((it) => it.body.flat.zh === "1栋0302")!;
  expect(household.body.members.map((it: { name: string }) => it.name)).toEqual(["徐岚"]);
});

test("what two stewards change at once is refused to the second, who corrects it on what is there now", async ({ openDevice }) => {
  const [first, second] = [await openDevice(), await openDevice()];
  for (const desk of [first, second]) {
    await sitDown(desk, "steward");
    await openHouseholds(desk);
    await desk.locator("main a.row", { hasText: "1栋0601" }).click();
    await desk.getByRole("link", { name: "修改房号与楼栋" }).click();
  }
  await first.getByLabel("房号（中文）").fill("1栋601");
  await first.getByRole("button", { name: "保存" }).click();
  await everythingIsSent(first);
  await second.getByLabel("房号（英文）").fill("T1-0601");
  await second.getByRole("button", { name: "保存" }).click();
  await second.getByRole("link", { name: "1 条需要处理" }).click();
  await expect(second.locator("main .attention")).toContainText("别人已先改过");
  await second.getByRole("link", { name: "改好再提交" }).click();
  await expect(second.getByText("现在是：1栋601 ·")).toBeVisible();
  await expect(second.getByLabel("房号（英文）")).toHaveValue("T1-0601");
  await second.getByRole("button", { name: "保存" }).click();
  await everythingIsSent(second);
  await expect(second.getByRole("link", { name: "1 条需要处理" })).toHaveCount(0);
});

test("what was half typed builds on what its writer saw, however late it is saved", async ({ openDevice }) => {
  const [first, second] = [await openDevice(), await openDevice()];
  for (const desk of [first, second]) {
    await sitDown(desk, "steward");
    await openHouseholds(desk);
    await desk.locator("main a.row", { hasText: "1栋0601" }).click();
  }
  await second.getByRole("link", { name: "修改房号与楼栋" }).click();
  await second.getByLabel("房号（英文）").fill("T1-0601");
  await draftIsKept(second, "T1-0601");
  await openHouseholds(second);
  await first.getByRole("link", { name: "修改房号与楼栋" }).click();
  await first.getByLabel("房号（中文）").fill("1栋601");
  await first.getByRole("button", { name: "保存" }).click();
  await everythingIsSent(first);
  await second.locator("main a.row", { hasText: "1栋601" }).click();
  await second.getByRole("link", { name: "修改房号与楼栋" }).click();
  await expect(second.getByLabel("房号（英文）")).toHaveValue("T1-0601");
  await second.getByRole("button", { name: "保存" }).click();
  await second.getByRole("link", { name: "1 条需要处理" }).click();
  await expect(second.locator("main .attention")).toContainText("别人已先改过");
});

test("a steward writes a notice to one building until a day, sees how it will be read, and takes it back", async ({ community, openDevice }) => {
  const desk = await openDevice({ viewport: PHONE });
  await sitDown(desk, "steward");
  await desk.locator("nav.navigation a[href='/neighbourhood']").click();
  await desk.getByRole("link", { name: "写通知" }).click();
  await desk.getByRole("button", { name: "发布" }).click();
  await expect(desk.locator("#field-title-zh-fault")).toContainText("请至少用一种语言写标题");
  await desk.getByLabel("标题（中文）").fill("2栋停水");
  await desk.getByLabel("正文（中文）").fill("明天上午9点到11点。\n请储水。");
  await desk.getByLabel("发给").selectOption({ label: "2号楼" });
  await desk.getByLabel("显示到").fill("2020-01-01T10:00");
  await desk.getByRole("button", { name: "发布" }).click();
  await expect(desk.locator("#field-until-fault")).toContainText("否则谁也看不到");
  await draftIsKept(desk, "2020-01-01T10:00");
  await desk.reload();
  await expect(desk.getByLabel("标题（中文）"), "what was typed is still there").toHaveValue("2栋停水");
  await desk.getByLabel("显示到").fill("2099-06-01T10:00");
  await expect(desk.getByRole("region", { name: "预览" })).toContainText("2号楼 · 显示到 2099年6月1日 10:00");
  await desk.getByRole("button", { name: "发布" }).click();
  await expect(desk).toHaveURL(/\/notices\/[0-9a-f-]+$/);
  await everythingIsSent(desk);
  const notice = () => community.export().then((all) => findRecords(all, "notice").find((it) => it.body.title.zh === "2栋停水")!.body);
  expect((await notice()).to).toMatchObject({ to: "building" });
  expect((await notice()).until).toBe(Date.parse("2099-06-01T10:00+08:00"));
  await desk.getByRole("link", { name: "返回" }).click();
  await desk.locator("main a.row", { hasText: "2栋停水" }).click();
  await desk.getByRole("button", { name: "收回通知" }).click();
  const question = desk.getByRole("alertdialog");
  await expect(question.getByRole("heading")).toBeFocused();
  await question.getByRole("button", { name: "收回通知" }).click();
  await expect(desk).toHaveURL(/\/notices\/[0-9a-f-]+$/);
  await everythingIsSent(desk);
  expect((await notice()).until).toBeLessThanOrEqual(now());
  await desk.getByRole("link", { name: "返回" }).click();
  await desk.getByText("已结束（1）").click();
  await expect(desk.locator("main details a.row", { hasText: "2栋停水" })).toBeVisible();
});

test("a survey with four answers shows nothing, with five the means, beside those before it", async ({ community, folder, openDevice }) => {
  const desk = await openDevice();
  await sitDown(desk, "manager");
  const answer = async (households: string[]) => {
    const files = join(folder, `answers-${households.length}`);
    cpSync(STARTER, files, { recursive: true });
    const answers = households.map((key, i) => `[[survey.answer]]\nhousehold = "${key}"\ncleaning = ${i === 0 ? 4 : 5}\nsecurity = 3\nwords = "话${i}"\n`);
    // The autumn survey is the last in its file.
    writeFileSync(join(files, "events.toml"), `${readFileSync(join(STARTER, "events.toml"), "utf8")}\n${answers.join("\n")}`);
    await load(files, community.data);
  };
  await answer(["xu", "he", "lu", "shen"]);
  await desk.locator("nav.navigation a[href='/neighbourhood']").click();
  const autumn = desk.locator("main a.desk-line", { hasText: "秋季满意度调查" });
  await expect(autumn).toContainText("已收 4 份");
  await autumn.click();
  await expect(desk.locator("main .headline")).toContainText("已收 4 份");
  await expect(desk.getByText("再有 1 份才显示结果")).toBeVisible();
  await expect(desk.locator("main .mean")).toHaveCount(0);
  await expect(desk.locator("main figure.chart")).toHaveCount(2);

  await answer(["xu", "he", "lu", "shen", "tang"]);
  await expect(desk.locator("main .headline")).toContainText("计入 5 份", { timeout: 30_000 });
  await expect(desk.locator("main .sum", { hasText: "保洁" }).locator(".mean strong")).toHaveText("4.8");
  await expect(desk.getByRole("table", { name: "保洁：各分数的份数" }).getByRole("row", { name: /^5 · 很满意/ })).toContainText("80%");
  await expect(desk.locator(".said")).toHaveCount(5);
  const chart = desk.locator("figure.chart", { hasText: "保洁" });
  await expect(chart.getByRole("img")).toHaveAccessibleName("保洁：3 次调查，平均分从 3.0 到 4.8");
  await chart.getByText("看数字").click();
  await expect(chart.locator("tbody tr")).toHaveCount(3);
  const [saved] = await Promise.all([desk.waitForEvent("download"), desk.getByRole("button", { name: "下载表格" }).click()]);
  expect(saved.suggestedFilename()).toMatch(/秋季满意度调查\.csv$/);
  expect(readFileSync(await saved.path(), "utf8")).toContain('"保洁",4.8,5,0,0,0,1,4,');

  const event = findRecords(await community.export(), "event").find((it) => it.body.details.title.zh === "邻里厨艺比赛")!;
  await desk.goto(`/events/${event.id}`);
  await desk.getByRole("link", { name: "住户评价" }).click();
  await expect(desk.locator("main .headline")).toContainText("计入 5 份");
  await expect(desk.getByText("共收 6 份。其余 1 份")).toBeVisible();
  await expect(desk.locator("main .sum")).toHaveCount(3);
  await expect(desk.locator(".said", { hasText: "桌子不够" })).toBeVisible();
  await picture(desk, "event-feedback");

  await desk.goto("/neighbourhood");
  await autumn.click();
  await desk.getByRole("link", { name: "修改调查" }).click();
  await expect(desk.getByText("题目不能再改")).toBeVisible();
  await expect(desk.locator(".question")).toHaveCount(0);
});

test("a manager writes a survey with the questions of the last one, in another order", async ({ community, openDevice }) => {
  const desk = await openDevice({ viewport: PHONE });
  await sitDown(desk, "manager");
  await desk.goto("/surveys/new");
  await desk.getByRole("button", { name: "保存" }).click();
  await expect(desk.locator("main .problem")).toContainText("请填日期和时间");
  await desk.getByLabel("主题").fill("service");
  await desk.getByRole("button", { name: "沿用“秋季满意度调查”的题目" }).click();
  await expect(desk.locator(".question")).toHaveCount(3);
  await desk.getByRole("button", { name: "第 2 题：上移" }).click();
  await desk.getByRole("button", { name: "第 3 题：删除" }).click();
  await desk.getByRole("button", { name: "加一题" }).click();
  await desk.locator(".question").nth(2).getByLabel("题目（中文）").fill("绿化");
  await desk.getByLabel("标题（中文）").fill("冬季满意度调查");
  await desk.getByLabel("开始", { exact: true }).fill("2099-01-02T08:00");
  await desk.getByLabel("截止", { exact: true }).fill("2099-01-01T08:00");
  await desk.getByRole("button", { name: "保存" }).click();
  await expect(desk.locator("#field-closes-fault")).toContainText("截止要晚于开始");
  await draftIsKept(desk, "2099-01-01T08:00");
  await desk.reload();
  await expect(desk.locator(".question").nth(2).getByLabel("题目（中文）"), "what was typed is still there").toHaveValue("绿化");
  await desk.getByLabel("截止", { exact: true }).fill("2099-01-14T08:00");
  await desk.getByRole("button", { name: "保存" }).click();
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText("冬季满意度调查");
  await expect(desk.getByText("还没有人填")).toBeVisible();
  await everythingIsSent(desk);
  const survey = findRecords(await community.export(), "survey").find((it) => it.body.title.zh === "冬季满意度调查")!;
  expect(survey.body.questions.map((it: any) => [it.ask.zh, it.answer])).toEqual([["秩序维护", "score"], ["保洁", "score"], ["绿化", "score"]]);
  expect(survey.body.questions.slice(0, 2).map((it: any) => it.key)).toEqual(["security", "cleaning"]);
});

test("whoever may not look after residents is told so, and an organiser sees without deciding", async ({ openDevice }) => {
  const guard = await openDevice();
  await signInAndEnrol(guard, "wang", "own");
  await expect(guard.locator("a[href='/neighbourhood']")).toHaveCount(0);
  for (const path of ["/neighbourhood", "/households", "/households/new", "/notices/new", "/surveys/new"]) {
    await guard.goto(path);
    await expect(guard.getByText("这个页面不在您的权限内"), path).toBeVisible();
  }
  const organiser = await openDevice();
  await sitDown(organiser, "organiser");
  await openHouseholds(organiser);
  await expect(organiser.getByText("等待确认加入")).toHaveCount(0);
  await expect(organiser.getByRole("link", { name: "添加住户" })).toHaveCount(0);
  await organiser.locator("main a.row", { hasText: "1栋0302" }).click();
  await expect(organiser.getByRole("heading", { level: 1 })).toHaveText("1栋0302");
  await expect(organiser.locator("main button")).toHaveCount(0);
});

for (const [locale, language] of [["zh-CN", "zh"], ["en-US", "en"]] as const) {
  test(`the desk's pages can be read, in ${language}`, async ({ openDevice }) => {
    test.setTimeout(120_000);
    const looks: readonly Look[] = [["light", 360, "axe"], ["night", 1280, "axe"]];
    const desk = await openDevice({ locale });
    await sitDown(desk, "manager");
    const show = (name: string) => see(desk, `desk-${name}`, language, looks);
    await desk.goto("/neighbourhood");
    await expect(desk.locator(".headline")).toBeVisible();
    await show("neighbourhood");
    await desk.goto("/households");
    await expect(desk.locator("main a.row").first()).toBeVisible();
    await show("households");
    await desk.locator("main a.row", { hasText: "0302" }).first().click();
    await expect(desk.locator("main ul.rows").first()).toBeVisible();
    await show("household");
    await desk.locator(".foot button.main").click();
    await expect(desk.locator(".letter")).toBeVisible();
    await show("join-code");
    await desk.goto("/households/new");
    await show("household-new");
    await desk.goto("/notices/new");
    await desk.locator("#field-title-zh").fill("电梯年检");
    await desk.locator("#field-title-en").fill("Lift inspection");
    await show("notice-new");
    await desk.goto("/surveys/new");
    await desk.locator("#field-topic").fill("service");
    await desk.locator("main button.quiet").first().click();
    await expect(desk.locator(".question")).toHaveCount(3);
    await show("survey-new");
    await desk.goto("/surveys");
    await show("surveys");
    await desk.locator("main a.row", { hasText: /夏季|Summer/ }).click();
    await expect(desk.locator("main .mean").first()).toBeVisible();
    await desk.locator("figure.chart summary").first().click();
    await show("survey-results");
    await desk.goto("/notices");
    await show("notices-desk");
    await desk.goto("/settings");
    await show("settings-desk");
  });
}
