// Who works here: added, given access, changed, refused, corrected, and gone.

import type { Page } from "@playwright/test";
import { findRecords } from "../harness/agreement";
import { onDisk } from "../harness/disk";
import { answer, arrive, asPrinted, choosePerson, done, everythingIsSent, goToNext, lock, signIn, signInAndEnrol, startUnplanned, typePin, unlock } from "../harness/people";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";

async function openPeople(page: Page): Promise<void> {
  await page.locator("nav.navigation a[href='/people']").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/人员|People/);
}

async function open(page: Page, name: string): Promise<void> {
  await openPeople(page);
  await page.getByLabel("按姓名或用户名查找").fill(name);
  await page.locator("main ul.rows a.row", { hasText: name }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
}

interface Newcomer {
  zh: string;
  en?: string;
  roles: string[];
  teams?: string[];
}

const role = (page: Page, name: string) => page.getByRole("group", { name: /^(岗位|Roles)/ }).getByRole("checkbox", { name, exact: true });
const team = (page: Page, name: string) => page.getByRole("group", { name: /^(班组|Teams)/ }).getByRole("checkbox", { name, exact: true });

/** Adds somebody and waits until the page asks for their account. */
async function add(page: Page, { zh, en = "", roles, teams = [] }: Newcomer): Promise<void> {
  await openPeople(page);
  await page.getByRole("link", { name: "添加人员" }).click();
  await page.getByLabel("姓名（中文）").fill(zh);
  await page.getByLabel("姓名（英文）").fill(en);
  for (const name of roles) await role(page, name).check();
  for (const name of teams) await team(page, name).check();
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(zh || en);
}

/** Gives an account and returns what is to be handed over. */
async function giveAccount(page: Page, username: string): Promise<{ passPhrase: string; pin: string }> {
  await page.getByLabel("用户名", { exact: true }).fill(username);
  await page.getByRole("button", { name: "开账号" }).click();
  return handed(page);
}

async function handed(page: Page): Promise<{ passPhrase: string; pin: string }> {
  await expect(page.getByRole("heading", { name: "请交给本人" })).toBeFocused();
  const value = async (term: string) => (await page.locator("dl.handed div", { hasText: term }).locator("dd").allTextContents())[0] ?? "";
  return { passPhrase: await value("密码"), pin: await value("PIN") };
}

test("a manager adds a guard, who unlocks a shared tablet with the PIN and walks; once marked left they cannot sign in", async ({ community, openDevice }) => {
  test.setTimeout(180_000);
  const tags = await community.tags();
  const office = await openDevice({ viewport: { width: 1280, height: 900 } });
  await signInAndEnrol(office, "manager", "own");
  await add(office, { zh: "钱小明", en: "Qian Xiaoming", roles: ["保安"], teams: ["秩序维护部"] });
  const { passPhrase, pin } = await giveAccount(office, "Qian");
  expect(pin).toMatch(/^\d{6}$/);
  expect(passPhrase).toMatch(/^[a-z]{4}(-[a-z]{4}){3}$/);
  await picture(office, "people-handed");
  await office.getByRole("button", { name: "已交给本人" }).click();
  await expect(office.getByText(passPhrase)).toHaveCount(0);
  await expect(office.getByText("用户名：qian")).toBeVisible();

  const tablet = await openDevice();
  await signInAndEnrol(tablet, "manager", "shared");
  await lock(tablet);
  await unlock(tablet, "钱小明", pin);
  const round = await startUnplanned(tablet, "门岗与围墙巡逻");
  await goToNext(tablet, "北门岗亭");
  await arrive(tablet, tags.get("北门岗亭")!, asPrinted);
  await answer(tablet, "forecourt", { press: "畅通" });
  await done(tablet);
  await everythingIsSent(tablet);
  await lock(tablet);

  await open(office, "钱小明");
  await office.getByRole("button", { name: "标为已离开" }).click();
  const question = office.getByRole("alertdialog");
  await expect(question.getByRole("heading")).toBeFocused();
  await expect(question).toContainText("不能再登录");
  await expect(question).toContainText("做过的记录全部保留");
  await expect(question).toContainText("还没上传的照样会上传");
  const today = await question.getByLabel("最后工作日").inputValue();
  await question.getByLabel("最后工作日").fill("2099-01-01");
  await question.getByRole("button", { name: "标为已离开" }).click();
  await expect(question).toContainText("请填今天或以前的日期");
  await question.getByLabel("最后工作日").fill(today);
  await question.getByRole("button", { name: "标为已离开" }).click();
  await expect(office.getByText("已不能登录")).toBeVisible();
  await everythingIsSent(office);

  await expect(tablet.locator("button.person", { hasText: "钱小明" })).toHaveCount(0, { timeout: 60_000 });
  await tablet.getByRole("link", { name: "用密码登录" }).click();
  await signIn(tablet, "qian", passPhrase);
  await expect(tablet.getByRole("alert")).toContainText("用户名或密码不对");

  const exported = await community.export();
  const visits = findRecords(exported, "visit").filter((visit) => visit.body.round === round);
  expect(visits).toHaveLength(1);
  const changes = exported.changes.filter((change) => change.username === "qian");
  expect(changes.map((change) => [change.outcome.is, change.flags])).toEqual([["accepted", []], ["accepted", []]]);
});

test("what two managers change at once is refused to the second, who corrects it on what is there now", async ({ community, openDevice }) => {
  const [first, second] = [await openDevice(), await openDevice()];
  await signInAndEnrol(first, "manager", "own");
  await signInAndEnrol(second, "manager", "own");
  await open(second, "李志强");
  await open(first, "李志强");
  await role(first, "保洁").check();
  await first.getByRole("button", { name: "保存" }).click();
  await expect(first.getByText("服务器已确认")).toBeVisible();

  // The second one's form still builds on what was there before.
  await role(second, "主管").check();
  await second.getByLabel("姓名（英文）").fill("Li Zhiqiang the Second");
  await second.getByRole("button", { name: "保存" }).click();
  await second.getByRole("link", { name: "1 条需要处理" }).click();
  await expect(second.locator("main .attention")).toContainText("别人已先改过");
  await expect(second.locator("main .attention pre")).toContainText("Li Zhiqiang the Second");
  await second.getByRole("link", { name: "改好再提交" }).click();

  await expect(second.getByText("现在是：李志强 · 保安 · 保洁 · 秩序维护部")).toBeVisible();
  await expect(second.getByLabel("姓名（英文）")).toHaveValue("Li Zhiqiang the Second");
  await expect(role(second, "主管")).toBeChecked();
  await second.getByRole("button", { name: "保存" }).click();
  await expect(second.getByText("服务器已确认")).toBeVisible();
  await expect(second.getByRole("link", { name: "1 条需要处理" })).toHaveCount(0);
  await second.reload();
  await expect(second.getByRole("link", { name: "1 条需要处理" })).toHaveCount(0);

  const exported = await community.export();
  const changes = exported.changes.filter((change) => change.kind === "person.put" && change.username === "manager");
  expect(changes.map((change) => change.outcome.is)).toEqual(["accepted", "refused", "accepted"]);
  expect((changes[2]!.envelope as any).supersedes).toBe(changes[1]!.id);
  const li = findRecords(exported, "person").find((person) => person.body.name.zh === "李志强")!;
  expect(li.body).toMatchObject({ name: { en: "Li Zhiqiang the Second" }, roles: ["guard", "supervisor"] });
});

test("without a network people are there, somebody new is asked for, and the account says that it has to wait", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "manager", "own");
  await openPeople(page);
  community.cable.cut();
  await add(page, { zh: "孙离线", roles: ["保洁"] });
  await expect(page.getByText("已存本机，等待服务器确认。")).toBeVisible();
  await expect(page.getByText("要连上服务器才能办")).toBeVisible();
  await openPeople(page);
  await expect(page.locator("main a.row", { hasText: "孙离线" })).toContainText("等待服务器确认");
  await expect(page.locator("main a.row", { hasText: "王建国" })).not.toContainText("等待服务器确认");
  await page.getByRole("link", { name: "添加人员" }).click();
  await page.getByLabel("姓名（中文）").fill("写了一半");
  await role(page, "绿化").check();

  community.cable.plug();
  await openPeople(page);
  await page.locator("main a.row", { hasText: "孙离线" }).click();
  await everythingIsSent(page);
  await expect(page.getByText("已存本机，等待服务器确认。")).toHaveCount(0);
  await giveAccount(page, "sunli");
  await openPeople(page);
  await page.getByRole("link", { name: "添加人员" }).click();
  await expect(page.getByLabel("姓名（中文）"), "what was typed is still there").toHaveValue("写了一半");
  await expect(role(page, "绿化")).toBeChecked();
});

test("what does not fit is said at its field, and names of any kind are shown as text", async ({ openDevice }) => {
  const page = await openDevice();
  page.on("dialog", () => expect(false, "no name runs").toBe(true));
  await signInAndEnrol(page, "manager", "own");
  await openPeople(page);
  await page.getByRole("link", { name: "添加人员" }).click();
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.locator("#field-name-zh-fault")).toContainText("请至少用一种语言填姓名");
  await expect(page.locator("#roles-fault")).toContainText("请至少选一个岗位");
  await page.getByLabel("姓名（中文）").fill("灯".repeat(10_000));
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.locator("#field-name-zh-fault")).toContainText("最多 120 个字");
  await page.getByLabel("姓名（中文）").fill("甲\u0000乙");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.locator("#field-name-zh-fault")).toContainText("含有无法保存的字符");
  await page.getByLabel("姓名（中文）").fill("甲");
  await page.getByLabel("姓名（英文）").fill("x".repeat(121));
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.locator("#field-name-en-fault")).toContainText("最多 120 个字");
  await expect(page.locator("#field-name-zh-fault")).toBeEmpty();
  await page.getByLabel("姓名（英文）").fill("");

  const names = ["<img src=x onerror=alert(1)>", "'; drop table records; --", "🔦👍🏽", "مصباح", "甲\u202e乙"];
  for (const zh of names) {
    await add(page, { zh, roles: ["保安"] });
    await openPeople(page);
    await expect(page.locator("main bdi", { hasText: zh }).first()).toBeVisible();
  }
  await everythingIsSent(page);
  await page.getByLabel("按姓名或用户名查找").fill("🔦");
  await expect(page.locator("main a.row")).toHaveCount(1);
  await page.locator("main a.row").click();
  for (const username of ["有 空格", "灯".repeat(10_000), ""]) {
    await page.getByLabel("用户名", { exact: true }).fill(username);
    await page.getByRole("button", { name: "开账号" }).click();
    await expect(page.locator("#field-username-fault")).toContainText("用户名为 1 到 60 个字，不含空格");
    await expect(page.getByLabel("用户名", { exact: true })).toHaveValue(username);
  }
  await page.getByLabel("用户名", { exact: true }).fill(" ＷＡＮＧ ");
  await page.getByRole("button", { name: "开账号" }).click();
  await expect(page.locator("#field-username-fault")).toContainText("这个用户名已有人用");
  await page.getByLabel("新密码").fill("太短");
  await page.getByRole("button", { name: "开账号" }).click();
  await expect(page.locator("#field-pass-phrase-fault")).toContainText("10 到 200 个字");
  await page.getByLabel("新密码").fill("灯笼照着夜里巡楼的人");
  await page.getByLabel("新 PIN").fill("12");
  await page.getByLabel("用户名", { exact: true }).fill("<b>qian</b>");
  await page.getByRole("button", { name: "开账号" }).click();
  await expect(page.locator("#field-pin-fault")).toContainText("4 到 8 位数字");
  await page.getByLabel("新 PIN").fill("２５８１");
  await page.getByRole("button", { name: "开账号" }).click();
  await expect(page.locator("#field-pin-fault"), "it is Wang's").toContainText("这个 PIN 已有人用");
  await page.getByLabel("新 PIN").fill("１３５７９");
  await page.getByRole("button", { name: "开账号" }).click();
  expect(await handed(page)).toEqual({ passPhrase: "灯笼照着夜里巡楼的人", pin: "13579" });
  await expect(page.getByText("用户名：<b>qian</b>")).toBeVisible();
});

test("a manager finds people by either name, and takes nothing from themself", async ({ openDevice }) => {
  const page = await openDevice({ locale: "en-US" });
  await signInAndEnrol(page, "manager", "own");
  await openPeople(page);
  const rows = page.locator("main a.row");
  const search = page.getByLabel("Find by name or user name");
  for (const wanted of ["王建国", "WANG jian", "ｗａｎｇ　ｊｉａｎ"]) {
    await search.fill(wanted);
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText("Wang Jianguo");
    await expect(rows).toContainText("Guard · Security");
  }
  await search.fill("nobody of this name");
  await expect(page.getByText("Nobody found")).toBeVisible();
  await search.fill("manager");
  await search.press("Enter");
  await expect(page).toHaveURL(/q=manager/);
  await rows.first().click();
  await expect(page.getByText("User name: manager")).toBeVisible();
  await expect(page.getByRole("button", { name: "Mark as left" })).toHaveCount(0);
  for (const name of ["Manager", "Operator"]) await role(page, name).uncheck();
  await role(page, "Guard").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.locator("#roles-fault")).toContainText("ask another manager");
  await page.goBack();
  await expect(page).toHaveURL(/q=manager/);
  await expect(search).toHaveValue("manager");
});

test("a guard sees no way to people and is told so at the address", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "own");
  await expect(page.locator("a[href='/people']")).toHaveCount(0);
  for (const path of ["/people", "/people/new"]) {
    await page.goto(path);
    await expect(page.getByText("这个页面不在您的权限内")).toBeVisible();
    await expect(page.locator("main input")).toHaveCount(0);
  }
});

test("somebody is added and marked left with the keyboard alone", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "manager", "own");
  await openPeople(page);
  const press = async (role: "link" | "button" | "checkbox" | "textbox", name: string, key?: string) => {
    const wanted = page.getByRole(role, { name, exact: true }).first();
    for (let i = 0; i < 80; i++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) break;
      await page.keyboard.press("Tab");
    }
    await expect(wanted).toBeFocused();
    if (key) await page.keyboard.press(key);
  };
  await press("link", "添加人员", "Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("添加人员");
  await press("textbox", "姓名（中文）");
  await page.keyboard.type("周键盘");
  await press("checkbox", "保安", "Space");
  await press("button", "保存", "Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("周键盘");
  await everythingIsSent(page);
  await press("textbox", "用户名");
  await page.keyboard.type("zhoujp");
  await page.keyboard.press("Enter");
  await handed(page);
  await press("button", "已交给本人", "Enter");
  await press("button", "标为已离开", "Enter");
  await expect(page.getByRole("alertdialog").getByRole("heading")).toBeFocused();
  await press("button", "标为已离开", "Enter");
  await expect(page.getByText("已不能登录")).toBeVisible();
  await press("button", "回来工作", "Enter");
  await expect(page.getByRole("button", { name: "标为已离开" })).toBeVisible();
});

test("what builds on an older record waits for the server without being called confirmed", async ({ community, openDevice }) => {
  const [first, second] = [await openDevice(), await openDevice()];
  await signInAndEnrol(first, "manager", "own");
  await signInAndEnrol(second, "manager", "own");
  await open(second, "李志强");
  await open(first, "李志强");
  await first.getByLabel("姓名（英文）").fill("Li Zhiqiang the First");
  await first.getByRole("button", { name: "保存" }).click();
  await expect(first.getByText("服务器已确认")).toBeVisible();
  await expect.poll(async () => (await onDisk(second, "records")).join()).toContain("Li Zhiqiang the First");

  community.cable.cut();
  await second.getByLabel("姓名（英文）").fill("Li Zhiqiang the Second");
  await second.getByRole("button", { name: "保存" }).click();
  await expect(second.getByRole("status").getByText("等待服务器确认")).toBeVisible();
  await expect(second.getByText("服务器已确认")).toHaveCount(0);
  community.cable.plug();
  await expect(second.getByRole("link", { name: "1 条需要处理" })).toBeVisible({ timeout: 60_000 });
  await expect(second.getByText("服务器已确认")).toHaveCount(0);
});

test("a new PIN reaches a tablet with its next pull", async ({ openDevice }) => {
  const [office, tablet] = [await openDevice(), await openDevice()];
  await signInAndEnrol(tablet, "wang", "shared");
  await lock(tablet);
  await signInAndEnrol(office, "manager", "own");
  await open(office, "李志强");
  await office.getByLabel("新 PIN").fill("864209");
  await office.getByRole("button", { name: "换 PIN" }).click();
  expect((await handed(office)).pin).toBe("864209");
  await expect(async () => {
    await tablet.reload();
    await choosePerson(tablet, "李志强");
    await typePin(tablet, "864209");
    await expect(tablet.locator("nav.navigation").or(tablet.getByRole("alert")).first()).toBeVisible();
    await expect(tablet.locator("nav.navigation")).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 40_000, intervals: [5_000] });
});

test("on a phone the ways to people and to devices are in the settings", async ({ openDevice }) => {
  const page = await openDevice({ viewport: { width: 360, height: 740 } });
  await signInAndEnrol(page, "manager", "own");
  const links = page.locator("nav.navigation a:visible");
  await expect(links).toHaveCount(5);
  await page.locator("nav.navigation a[href='/settings']").click();
  await page.locator("main a[href='/people']").click();
  await expect(page.locator("main ul.rows a.row").first()).toBeVisible();
  await page.locator("nav.navigation a[href='/settings']").click();
  await page.locator("main a[href='/devices']").click();
  await expect(page.locator("li.device").first()).toBeVisible();
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect(links).toHaveCount(7);
});
