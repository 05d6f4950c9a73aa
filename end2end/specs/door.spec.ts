// What organisers and door staff do about an event: planned, changed, its people moved, and let in without a network.

import { join } from "node:path";
import type { Page } from "@playwright/test";
import { findRecords } from "../harness/agreement";
import { DAY, dayAt, now } from "../harness/clock";
import { film } from "../harness/film";
import { see, type Look } from "../harness/pages";
import { draftIsKept, holdDisk } from "../harness/disk";
import { everythingIsSent, readyForOffline, settledChip, signInAndEnrol } from "../harness/people";
import { photograph } from "../harness/photographs";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";
import { eventNamed, forged, signUpOf, ticketOf } from "../harness/tickets";

const LANTERNS = "中庭赏灯晚会";
const PAINTING = "少儿绘画课第1讲";
const [XU, HE, LU] = ["1栋0302", "1栋0601", "1栋0502"] as const;
const LOOKS: readonly Look[] = [["light", 360, "axe"], ["night", 1280, "axe"]];

const title = (page: Page) => page.getByRole("heading", { level: 1 });
const admission = (page: Page) => page.locator("section.admission");
const sum = (page: Page, words: string) => page.locator(".door-sum", { has: page.locator("dt", { hasText: words }) }).locator("dd");

async function openDoor(page: Page, event: string): Promise<void> {
  await page.goto(new URL(`/events/${event}/door`, page.url()).href);
  await expect(title(page)).toHaveText("签到");
  await readyForOffline(page);
}

async function show(page: Page, ticket: string): Promise<void> {
  await page.getByLabel("贴上或用扫码枪读入场券").fill(ticket);
  await page.getByLabel("贴上或用扫码枪读入场券").press("Enter");
  await expect(admission(page).getByRole("heading")).toBeFocused();
}

async function fillEvent(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
}

/** So many days from now at this time of day, as a field for date and time wants it. */
const NOW = now();
function at(days: number, time: string): string {
  return `${dayAt(NOW + days * DAY)}T${time}`;
}

test("an organiser plans an event, publishes it and changes it; a draft is the desk's, a change is told", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "organiser", "own");
  await page.goto("/events/new");
  await page.getByRole("button", { name: "存为草稿" }).click();
  await expect(page.locator("#field-title-fault")).toContainText("至少用一种语言");
  await expect(page.locator("#field-starts-fault")).toContainText("请填日期和时间");
  await expect(page.locator("#field-capacity-fault")).toContainText("1 到 100000");
  await expect(page.locator("#field-title-zh")).toBeFocused();

  await fillEvent(page, { "名称 · 中文": "楼顶看星星", 开始: at(3, "20:00"), 结束: at(3, "19:00"), "名额（人）": "３０", "费用 · 中文": "免费" });
  await page.getByRole("button", { name: "加一题" }).click();
  const question = page.getByRole("group", { name: "第 1 题" });
  await question.getByLabel("中文").fill("带望远镜吗");
  await question.getByLabel("选项，一行一个；不填则自由回答").fill("带 / Yes\n不带 / No");
  await page.getByRole("button", { name: "存为草稿" }).click();
  await expect(page.locator("#field-ends-fault")).toContainText("结束要晚于开始");
  await see(page, "event-form", "zh", LOOKS);
  await page.reload();
  await expect(page.getByLabel("名称 · 中文"), "what was typed is still there").toHaveValue("楼顶看星星");
  await fillEvent(page, { 结束: at(3, "22:00") });
  await page.getByRole("button", { name: "存为草稿" }).click();

  const desk = page.locator(".event-desk");
  await expect(desk).toContainText("草稿，业主还看不到");
  await expect(desk).toContainText("没有英文名称");
  await expect(desk).toContainText("没有地点");
  await everythingIsSent(page);
  await desk.getByRole("button", { name: "照样发布" }).click();
  await expect(desk).toContainText("发布。");
  await expect(desk.getByRole("link", { name: "公开页面" })).toBeVisible();
  await everythingIsSent(page);
  await see(page, "event-desk", "zh", LOOKS);

  await desk.getByRole("link", { name: "修改", exact: true }).click();
  await fillEvent(page, { "地点 · 中文": "1栋楼顶", 开始: at(3, "20:30") });
  await page.locator("form input[type=file]").last().setInputFiles([await photograph(page, "Stars 看星星", 1600, 1200)]);
  await expect(page.locator("form .photos img")).toHaveCount(1);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText("服务器已确认。")).toBeVisible();

  const exported = await community.export();
  const { id, body } = findRecords(exported, "event").find((event) => event.body.details.title.zh === "楼顶看星星")!;
  expect(body.details).toMatchObject({ capacity: 30, place: { zh: "1栋楼顶" }, questions: [{ ask: { zh: "带望远镜吗" }, choices: [{ zh: "带", en: "Yes" }, { zh: "不带", en: "No" }] }] });
  expect(new Date(body.details.starts).toLocaleString("sv", { timeZone: "Asia/Shanghai" })).toBe(`${at(3, "20:30").replace("T", " ")}:00`);
  expect(body.changes.flatMap((change: any) => change.what.map(({ what }: any) => what))).toEqual(["time", "place", "picture"]);
  const shared = `${community.url}/public/events/${id}`;
  await expect.poll(async () => (await fetch(`${shared}/picture`)).headers.get("content-type")).toBe("image/jpeg");
  // Without a public address the page says nowhere where it is.
  expect(await (await fetch(shared)).text()).toContain(`<img src="/public/events/${id}/picture"`);
});

test("an event is held once more a week later; cancelled, it says why and how many households are told", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "manager", "own");
  const before = await community.export();
  const event = eventNamed(before, LANTERNS);
  await page.goto(`/events/${event}`);
  const desk = page.locator(".event-desk");
  await desk.getByRole("link", { name: "照此再办一次" }).click();
  await expect(page.getByLabel("名称 · 中文")).toHaveValue(LANTERNS);
  const starts = findRecords(before, "event").find(({ id }) => id === event)!.body.details.starts;
  const later = new Date(starts + 7 * DAY).toLocaleString("sv", { timeZone: "Asia/Shanghai" });
  await expect(page.getByLabel("开始", { exact: true })).toHaveValue(later.replace(" ", "T").slice(0, 16));
  await page.getByRole("button", { name: "存为草稿" }).click();
  await expect(desk).toContainText("要紧的都填了");

  await page.goto(`/events/${event}`);
  await desk.getByRole("button", { name: "取消活动…" }).click();
  await expect(desk.getByRole("alertdialog")).toContainText("报名的 3 户会收到通知");
  await desk.getByRole("button", { name: "取消活动", exact: true }).click();
  await expect(desk.locator("#field-reason-zh-fault")).toContainText("至少用一种语言");
  await desk.getByLabel("原因（中文）").fill("大风预警");
  await draftIsKept(page, "大风预警");
  await page.reload();
  await expect(desk.getByLabel("原因（中文）"), "what was typed is still there").toHaveValue("大风预警");
  await desk.getByRole("button", { name: "取消活动", exact: true }).click();
  await expect(desk).toContainText("已取消。");
  await everythingIsSent(page);
  await page.goto(`/events/${event}/door`);
  await show(page, ticketOf(before, LANTERNS, XU));
  await expect(admission(page)).toContainText("活动已取消");
  const { body } = findRecords(await community.export(), "event").find(({ id }) => id === event)!;
  expect(body.cancelled.reason.zh).toBe("大风预警");
});

test("two organisers change one event at once: the second sees what is there now, and saves on it", async ({ community, openDevice }) => {
  const [first, second] = [await openDevice(), await openDevice()];
  await signInAndEnrol(first, "organiser", "own");
  await signInAndEnrol(second, "xu", "own");
  const event = eventNamed(await community.export(), LANTERNS);
  for (const page of [first, second]) {
    await page.goto(`/events/${event}/edit`);
    await expect(page.getByLabel("地点 · 中文")).toHaveValue("中心草坪");
  }
  await fillEvent(first, { "地点 · 中文": "南门广场" });
  await first.getByRole("button", { name: "保存" }).click();
  await expect(first.getByText("服务器已确认。")).toBeVisible();
  await fillEvent(second, { "费用 · 中文": "5元" });
  await second.getByRole("button", { name: "保存" }).click();
  await expect(second.getByRole("alert").first()).toContainText("别人已先改过");
  await expect(second.locator(".now-is")).toContainText("南门广场");
  await second.getByRole("button", { name: "保存" }).click();
  await expect(second.getByText("服务器已确认。")).toBeVisible();
  const { body } = findRecords(await community.export(), "event").find(({ id }) => id === event)!;
  expect(body.details.fee.zh).toBe("5元");
});

test("with fewer places than people have nobody is dropped; somebody who waits is moved, on record; somebody who called is signed up", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "organiser", "own");
  const event = eventNamed(await community.export(), PAINTING);
  await page.goto(`/events/${event}/people`);
  await expect(sum(page, "有名额")).toContainText("8");
  await page.getByRole("button", { name: /1栋0302/ }).first().click();
  const party = page.locator("section.signed-up");
  await expect(party.getByRole("heading", { level: 2 })).toBeFocused();
  await expect(party).toContainText("4到6岁");
  await party.getByRole("button", { name: "排到最后" }).click();
  await party.getByRole("button", { name: "确定：排到最后" }).click();
  await expect(party.locator("#field-move-reason-fault")).toContainText("请填写");
  await party.getByLabel("原因").fill("家长来电改期");
  await party.getByRole("button", { name: "确定：排到最后" }).click();
  await expect(party).toContainText("服务器已确认。");
  await expect(party).toContainText("候补中");
  await expect(party.locator(".signed-up-moves")).toContainText("宋雨晴");
  await expect(party.locator(".signed-up-moves")).toContainText("家长来电改期");
  await see(page, "event-people", "zh", LOOKS);
  await party.getByRole("button", { name: "给名额" }).click();
  await party.getByLabel("原因").fill("试试");
  await party.getByRole("button", { name: "确定：给名额" }).click();
  await expect(party.locator(".problem")).toContainText("名额");
  await party.getByRole("button", { name: "收起" }).click();

  await page.goto(`/events/${event}/edit`);
  await fillEvent(page, { "名额（人）": "4" });
  await expect(page.getByText("没有人会被取消")).toBeVisible();
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText("服务器已确认。")).toBeVisible();
  await page.goto(`/events/${event}/people`);
  await expect(sum(page, "超出")).toBeVisible();
  await page.locator("summary", { hasText: "代报名" }).click();
  await page.getByLabel("哪一户").selectOption({ label: "2栋0301 冯明" });
  await page.getByLabel("几个人").fill("1");
  await page.getByLabel(/孩子几岁/).selectOption("7到10岁");
  await page.getByRole("button", { name: "报名", exact: true }).click();
  await expect(page.locator("main ul.rows button", { hasText: "2栋0301" })).toContainText("候补第");

  const exported = await community.export();
  expect(signUpOf(exported, PAINTING, XU).body.standing.is).toBe("waiting");
  expect(signUpOf(exported, PAINTING, LU).body.standing.is, "nobody is dropped").toBe("confirmed");
  const put = exported.changes.filter(({ kind }) => kind === "event.put").at(-1)!;
  expect(put.flags).toEqual(["below_confirmed"]);
});

test("two doors without a network let the same party in; once they meet the double shows; odd tickets say what they are", async ({ community, openDevice }) => {
  const [north, south] = [await openDevice(), await openDevice({ viewport: { width: 360, height: 740 } })];
  await signInAndEnrol(north, "steward", "own");
  await signInAndEnrol(south, "organiser", "own");
  const before = await community.export();
  const event = eventNamed(before, LANTERNS);
  const [ticket, others] = [ticketOf(before, LANTERNS, XU), ticketOf(before, PAINTING, LU)];
  for (const door of [north, south]) await openDoor(door, event);
  community.cable.cut();

  await show(north, ticket);
  await expect(admission(north)).toContainText("可以入场");
  await expect(admission(north)).toContainText("1栋0302 徐岚");
  await admission(north).getByRole("button", { name: "减一人" }).click();
  await admission(north).getByRole("button", { name: "放行 2 人（剩 3 人）" }).click();
  await expect(admission(north)).toContainText("已放行 2 人");
  await show(north, ticket);
  await expect(admission(north)).toContainText("已进 2 人，还有 1 人");
  const letGo = await holdDisk(north);
  await admission(north).getByRole("button", { name: "放行 1 人" }).click();
  await show(north, forged(ticket));
  await expect(admission(north)).toContainText("假票");
  await letGo();
  await expect(settledChip(north)).toBeVisible();
  await expect(admission(north), "the one before is in; this one stands here now").toContainText("假票");
  await show(north, ticket);
  await expect(admission(north), "a copy").toContainText("已经入场");
  await expect(admission(north)).toContainText("由沈佳怡放行");
  await expect(admission(north).getByRole("button", { name: /^放行/ })).toHaveCount(0);
  await see(north, "door-already-in", "zh", LOOKS);
  await show(north, forged(ticket));
  await expect(admission(north)).toContainText("假票");
  await expect(admission(north).getByRole("button", { name: /放行/ })).toHaveCount(0);
  await show(north, others);
  await expect(admission(north)).toContainText(`这是“${PAINTING}”的票`);
  await show(north, "https://example.org");
  await expect(admission(north)).toContainText("这不是入场券");
  await admission(north).getByRole("button", { name: "下一位" }).click();

  await north.getByLabel("按姓名或房号找").fill("沈怡");
  await north.locator(".door-finder button.row").click();
  await admission(north).getByRole("button", { name: "放行 4 人" }).click();
  const walkIn = north.locator("form", { hasText: "没有报名的" });
  await walkIn.getByLabel("姓名或房号（选填）").fill("路过的老张");
  await walkIn.getByRole("button", { name: "登记 1 人入场" }).click();
  await expect(sum(north, "已到")).toContainText("7");
  await expect(sum(north, "无报名")).toHaveText("1");
  await expect(sum(north, "未到")).toHaveText("2");

  // The other door knows nothing of it.
  await show(south, ticket);
  await admission(south).getByRole("button", { name: "放行 3 人" }).click();
  await expect(sum(south, "已到")).toContainText("3");
  await see(south, "door", "zh", LOOKS);

  community.cable.plug();
  for (const door of [north, south]) {
    await everythingIsSent(door);
    await expect(sum(door, "重复")).toHaveText("1", { timeout: 60_000 });
    await expect(sum(door, "已到")).toContainText("7");
    const doubles = door.locator(".door-doubles");
    for (const words of ["1栋0302", "沈佳怡", "宋雨晴", "已进 6 人"]) await expect(doubles).toContainText(words);
  }
  await see(north, "door-doubles", "zh", LOOKS);
  await north.getByLabel("按姓名或房号找").fill("2栋0301");
  await north.locator(".door-finder button.row").click();
  await expect(admission(north)).toContainText("没有报名");
  await admission(north).getByRole("button", { name: "仍要放行" }).click();
  await admission(north).getByRole("button", { name: "确定：放行 1 人" }).click();
  await expect(sum(north, "无名额")).toHaveText("1");
  await everythingIsSent(north);

  const exported = await community.export();
  const arrivals = exported.changes.filter(({ kind }) => kind === "arrival.recorded");
  // Which of them is the second depends on which door is heard first.
  expect([...new Set(arrivals.flatMap(({ flags }) => flags))].sort()).toEqual(["already_done", "unknown_reference"]);
  expect(findRecords(exported, "walk_in").map(({ body }) => body.name)).toEqual(["路过的老张"]);
});

test("a door's camera reads a ticket; somebody on a shared tablet, or without the right, is told what it needs", async ({ community, folder, tablet, openDevice }) => {
  const exported = await community.export();
  const [event, path] = [eventNamed(exported, LANTERNS), join(folder, "camera.y4m")];
  film(path, { labels: [{ text: ticketOf(exported, LANTERNS, HE) }] });
  const page = await tablet.open("online", { film: path, allowed: true });
  await signInAndEnrol(page, "steward", "own");
  await openDoor(page, event);
  await page.getByRole("button", { name: "扫入场券" }).click();
  const finder = page.getByRole("dialog");
  await expect(finder.locator(".admission")).toContainText("可以入场");
  await picture(page, "door-scan");
  await finder.getByRole("button", { name: "放行 2 人" }).click();
  await expect(finder.locator(".admission")).toContainText("已放行 2 人");
  await finder.getByRole("button", { name: "关闭" }).click();
  await expect(sum(page, "已到")).toContainText("2");
  await expect(page.getByRole("button", { name: "扫入场券" })).toBeFocused();

  const shared = await openDevice();
  await signInAndEnrol(shared, "wang", "shared");
  await shared.goto(`/events/${event}/door`);
  await expect(shared.getByText("签到要用自己的设备")).toBeVisible();
  const guard = await openDevice();
  await signInAndEnrol(guard, "wang", "own");
  for (const page of ["door", "people", "edit"]) {
    await guard.goto(`/events/${event}/${page}`);
    await expect(guard.getByText("这个页面不在您的权限内")).toBeVisible();
  }
});

test("the pages of organisers and the door can be read in English, in the sun and on a desk", async ({ community, openDevice }) => {
  const page = await openDevice({ locale: "en-US" });
  await signInAndEnrol(page, "organiser", "own");
  const exported = await community.export();
  const event = eventNamed(exported, PAINTING);
  const looks: readonly Look[] = [["sunlight", 360, "axe"], ["light", 1280]];
  await page.goto(`/events/${event}/edit`);
  await expect(page.getByLabel("Places, in persons")).toHaveValue("8");
  await see(page, "event-edit", "en", looks);
  await page.goto(`/events/${event}/people`);
  await page.getByRole("button", { name: /Tower 1, 0502/ }).click();
  await page.getByRole("button", { name: "Cancel for them…" }).click();
  await see(page, "event-people", "en", looks);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download (CSV)" }).click();
  expect((await download).suggestedFilename()).toContain("People signed up.csv");
  await page.goto(`/events/${event}/door`);
  await page.getByLabel("Find by name or flat").fill("金松");
  await page.locator(".door-finder button.row").click();
  await expect(admission(page)).toContainText("On the waiting list");
  await admission(page).getByRole("button", { name: "Let in all the same…" }).click();
  await see(page, "door-waiting", "en", looks);
});
