// A household on its own phone: joining, signing up, the ticket, what it thinks, and whatever goes wrong on the way.

import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import decodeQR from "qr/decode.js";
import { DAY, dayAt, now } from "../harness/clock";
import { see, type Look } from "../harness/pages";
import { draftIsKept } from "../harness/disk";
import { everythingIsSent, readyForOffline } from "../harness/people";
import { arriveAtHome, arriveBy, named, online, PHONE } from "../harness/residents";
import { load } from "../harness/server";
import { expect, test, type Community } from "../harness/test";

const LOOKS: readonly Look[] = [["light", 360, "axe"], ["night", 1280, "axe"]];
const STARTER = fileURLToPath(new URL("../../starter", import.meta.url));
const PHRASE = "灯笼照着回家的路上人";

/** The address of an event, by its Chinese title. */
async function eventPath(community: Community, zh: string): Promise<string> {
  const { records } = await community.export();
  return `/events/${named(records, "event", zh).id}`;
}

async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((path) => {
    const link = Object.assign(document.createElement("a"), { href: path });
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
  await expect(page).toHaveURL((url) => url.pathname + url.search === path);
}

/** Draws the code of the page as a camera sees it, and reads it. */
async function scan(page: Page): Promise<string> {
  const pixels = await page.locator("svg.ticket-code").evaluate(async (svg) => {
    const size = 600;
    const text = new XMLSerializer().serializeToString(svg);
    const picture = new Image(size, size);
    picture.src = `data:image/svg+xml,${encodeURIComponent(text.replace("<svg", `<svg width="${size}" height="${size}"`))}`;
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
    const drawing = canvas.getContext("2d")!;
    drawing.fillStyle = "white";
    drawing.fillRect(0, 0, size, size);
    drawing.drawImage(picture, 0, 0, size, size);
    return { width: size, height: size, data: [...drawing.getImageData(0, 0, size, size).data] };
  });
  return decodeQR({ ...pixels, data: Uint8ClampedArray.from(pixels.data) });
}

for (const language of ["zh", "en"] as const) {
  const zh = language === "zh";
  const say = (zhWords: string, en: string) => (zh ? zhWords : en);

  test(`a household joins, signs up without a network, is let in by its ticket at a door without one, and says what it thought (${language})`, async ({ community, folder, openDevice }) => {
    test.setTimeout(180_000);
    const locale = zh ? "zh-CN" : "en-US";
    const desk = await openDevice({ path: "/household" });
    await arriveAtHome(desk, "steward");
    const path = await eventPath(community, "中庭赏灯晚会");
    const { records } = await community.export();
    const household = named(records, "household", "2栋0301").id;
    const issued = await online<{ code: string; address: string }>(desk, "issue_join_code", { household });

    const phone = await openDevice({ locale, viewport: PHONE, path: new URL(issued.address).pathname + new URL(issued.address).hash });
    await expect(phone.locator("#field-code")).toHaveValue(issued.code);
    await expect(phone).toHaveURL(/\/join$/);
    await see(phone, "join", language, LOOKS);
    await phone.locator("#field-name").fill("小满 🏮");
    await phone.locator("#field-username").fill("xiaoman");
    await phone.locator("#field-pass-phrase").fill(PHRASE);
    // What is typed outlives another language.
    await phone.getByRole("button", { name: zh ? "English" : "中文" }).click();
    await expect(phone.locator("h1")).toHaveText(zh ? "Join your household" : "加入我家");
    await phone.getByRole("button", { name: zh ? "中文" : "English" }).click();
    await expect(phone.locator("#field-name")).toHaveValue("小满 🏮");
    await expect(phone.locator("#field-pass-phrase")).toHaveValue(PHRASE);
    await phone.locator("button.main").click();
    await expect(phone.locator("h1")).toBeFocused();
    await expect(phone.locator("dl.handed dd")).toHaveText("xiaoman");
    await see(phone, "joined", language, LOOKS);
    await phone.locator("a.main").click();
    await phone.locator("#field-username").fill("xiaoman");
    await phone.locator("#field-password").fill(PHRASE);
    await phone.locator("button[type=submit]").click();
    await expect(phone.getByRole("alert")).toContainText(say("管家还没有确认", "has not taken you in yet"));

    const [newcomer] = await online<{ person: string }[]>(desk, "joinings", {});
    await online(desk, "take_in", { person: newcomer!.person });
    await arriveAtHome(phone, "xiaoman", PHRASE);
    await expect(phone.locator("main .lead")).toContainText(say("您好，小满", "Hello 小满"));
    await expect(phone.locator("main .lead")).toContainText(say("2栋0301", "Tower 2, 0301"));
    await see(phone, "resident-home", language, LOOKS);
    await readyForOffline(phone);
    await phone.setViewportSize(PHONE);

    // The event, with the network cut.
    await phone.locator("nav a[href='/events']").click();
    await expect(phone.locator("a.row.event-row").first()).toBeVisible();
    await see(phone, "events", language, LOOKS);
    await phone.setViewportSize(PHONE);
    community.cable.cut();
    await phone.locator("a.row.event-row", { hasText: say("中庭赏灯晚会", "Lantern evening") }).click();
    await see(phone, "event", language, LOOKS);
    await phone.setViewportSize(PHONE);
    await phone.getByRole("link", { name: say("报名", "Sign up"), exact: true }).click();
    await phone.getByRole("button", { name: say("多一人", "One more") }).click();
    await expect(phone.locator("#field-persons")).toHaveValue("2");
    await expect(phone.locator(".prospect")).toContainText(say("现在报名就有名额", "There is room for you"));
    await see(phone, "sign-up", language, LOOKS);
    await phone.setViewportSize(PHONE);
    // Whoever closes the phone here goes on where they were.
    await phone.reload();
    await expect(phone.locator("#field-persons")).toHaveValue("2");
    await phone.locator("form button.main").click();
    await expect(phone.locator(".ours .standing")).toContainText(say("已申请，等服务器确认", "Asked for, not decided yet"));
    await expect(phone.locator(".ours .standing")).toContainText(say("2 人", "2 persons"));

    community.cable.plug();
    await expect(phone.locator(".ours .standing")).toContainText(say("已确认", "Confirmed"), { timeout: 60_000 });
    await everythingIsSent(phone);
    await phone.getByRole("link", { name: say("入场券", "Ticket"), exact: true }).click();
    await expect(phone.locator("svg.ticket-code")).toBeVisible();
    await readyForOffline(desk);
    await go(desk, `${path}/door`);
    await expect(desk.locator("main"), "the list has reached the door").toContainText("2栋0301", { timeout: 60_000 });
    community.cable.cut();
    await phone.reload();
    await expect(phone.locator("svg.ticket-code"), "it is drawn without a network").toBeVisible();
    const own = (await community.export()).records.find((record) => record.kind === "own_sign_up" && record.body.household === household)!;
    const [code, event] = [await scan(phone), own.body.of.event.replaceAll("-", "")];
    expect(code.toLowerCase().split(".").slice(0, 2)).toEqual(["le1", event]);
    expect(code.toLowerCase().endsWith(`.${own.body.number}.2.${own.body.ticket}`), code).toBe(true);
    await see(phone, "ticket", language, LOOKS);
    await phone.setViewportSize(PHONE);

    // The steward's own tablet at a door without a network.
    await desk.locator("#field-ticket").fill(code);
    await desk.getByRole("button", { name: "查验" }).click();
    await expect(desk.locator("main")).toContainText("可以入场");
    await desk.getByRole("button", { name: "放行 2 人" }).click();
    await expect(desk.locator("main")).toContainText("已放行 2 人");
    community.cable.plug();
    await everythingIsSent(desk);
    const arrived = (await community.export()).records.filter((record) => record.kind === "arrival" && record.body.household === household);
    expect(arrived.map(({ body }) => body.entries.map((entry: any) => [entry.persons, entry.proof.by]))).toEqual([[[2, "ticket"]]]);

    // Afterwards: what it was like.
    await loadWith(community, folder, ['day = 6\nstart = "18:30"', 'day = -1\nstart = "18:30"']);
    await phone.goto("/");
    await phone.locator("ul.wanted a", { hasText: say("活动评价", "Feedback") }).click({ timeout: 30_000 });
    await see(phone, "feedback", language, LOOKS);
    await phone.setViewportSize(PHONE);
    await phone.getByRole("group", { name: say("总体", "Overall") }).getByRole("radio", { name: say("很满意", "Very good") }).check();
    await phone.locator("form button.main").click();
    await expect(phone.locator("main")).toContainText(say("谢谢，已收到", "it has arrived"));

    await phone.locator("nav a[href='/household']").click();
    await expect(phone.locator("main")).toContainText("小满 🏮");
    await phone.getByRole("button", { name: say("显示地址", "Show the address") }).click();
    const feed = phone.locator("#field-feed");
    const first = await feed.inputValue();
    const calendar = await (await fetch(first.replace(/^.*\/public/, `${community.url}/public`))).text();
    expect(calendar).toContain("BEGIN:VEVENT");
    await phone.getByRole("button", { name: say("换一个地址", "Another address") }).click();
    await see(phone, "household", language, LOOKS);
    await phone.getByRole("alertdialog").getByRole("button", { name: say("换一个地址", "Another address") }).click();
    await expect(feed).not.toHaveValue(first);
  });
}

/** The starter's events with these words in place of those, loaded over what is there; who lives here, signed up or answered stays. */
async function loadWith(community: Community, folder: string, ...changes: [string, string][]): Promise<void> {
  const edited = join(folder, "starter");
  cpSync(STARTER, edited, { recursive: true });
  const file = join(edited, "events.toml");
  let text = readFileSync(file, "utf8");
  for (const [before, after] of changes) {
    expect(text, before).toContain(before);
    text = text.replace(before, after);
  }
  const ofHouseholds = /^\[\[(event\.sign_up|event\.feedback|survey\.answer)\]\]/;
  writeFileSync(file, text.split(/\n(?=\[\[)/).filter((block) => !ofHouseholds.test(block)).join("\n"));
  rmSync(join(edited, "households.toml"));
  await load(edited, community.data);
}

test("a code that is unknown, used or tried too often says so at its field, and nothing typed is lost", async ({ community, openDevice }) => {
  const desk = await openDevice({ path: "/household" });
  await arriveAtHome(desk, "steward");
  const household = named((await community.export()).records, "household", "2栋0301").id;
  const { code } = await online<{ code: string }>(desk, "issue_join_code", { household });
  const phone = await openDevice({ viewport: PHONE, path: "/join" });
  const fault = phone.locator("#field-code-fault");
  const press = async () => {
    await phone.locator("button.main").click();
    await expect(phone.locator("button.main")).toBeEnabled();
  };
  await press();
  await expect(fault).toHaveText("请填写。");
  await expect(phone.locator("#field-code")).toBeFocused();
  await phone.locator("#field-code").fill("ABCD-EFGH-JKMN");
  await press();
  await expect(phone.locator("#field-name-fault")).toHaveText("请填写。");
  await phone.locator("#field-name").fill("小满");
  await phone.locator("#field-pass-phrase").fill("太短");
  await press();
  await expect(fault, "the code is looked at first").toContainText("没有这个加入码");
  await phone.locator("#field-code").fill(` ${code.toLowerCase().replaceAll("-", " ")} `);
  await press();
  await expect(phone.locator("#field-pass-phrase-fault")).toContainText("10 到 200 个字");
  await phone.locator("#field-pass-phrase").fill(PHRASE);
  await phone.locator("#field-username").fill("resident");
  await press();
  await expect(phone.locator("#field-username-fault")).toContainText("已有人用");
  await phone.locator("#field-username").fill("");
  community.cable.cut();
  await press();
  await expect(phone.getByRole("alert")).toContainText("加入需要网络");
  community.cable.plug();
  await phone.locator("button.main").click();
  await expect(phone.locator("dl.handed dd")).toHaveText(/^home-/);
  await phone.getByRole("button", { name: "用另一个加入码" }).click();
  await phone.locator("#field-code").fill(code);
  await phone.locator("#field-name").fill("小满的弟弟");
  await phone.locator("#field-pass-phrase").fill(PHRASE);
  await press();
  await expect(fault).toContainText("这个加入码已经用过");
  await phone.locator("#field-code").fill("0000-0000-0000");
  const tried = async () => {
    await press();
    return fault.textContent();
  };
  await expect.poll(tried, { timeout: 60_000, intervals: [0] }).toMatch(/试得太多了。请 \d+ (秒|分钟)后再试/);
  await expect(phone.locator("#field-name")).toHaveValue("小满的弟弟");
});

test("a full event has a line with a place in it, a place that comes free is offered and taken, and limits are said before", async ({ community, openDevice }) => {
  test.setTimeout(120_000);
  const path = await eventPath(community, "少儿绘画课第1讲");
  const phone = await openDevice({ viewport: PHONE, path });
  await arriveBy(phone, "resident", "已满，2 户候补");
  await phone.getByRole("link", { name: "报名", exact: true }).click();
  await expect(phone.locator(".prospect")).toContainText("候补第 3 位");
  await expect(phone.locator("#persons-limit")).toHaveText("最多 3 人");
  await phone.locator("#field-persons").fill("4");
  await phone.getByRole("button", { name: "加入候补" }).or(phone.getByRole("button", { name: "报名" })).click();
  await expect(phone.locator("#persons-fault")).toHaveText("一次最多报 3 人。");
  await expect(phone.locator("#fault-age")).toHaveText("请回答这一题。");
  await expect(phone.locator("#field-persons")).toBeFocused();
  for (const wrong of ["0", "-1", "两个", "1.5", "99999999999"]) {
    await phone.locator("#field-persons").fill(wrong);
    await phone.locator("form button.main").click();
    await expect(phone.locator("#persons-fault"), wrong).not.toBeEmpty();
  }
  await phone.locator("#field-persons").fill("２");
  await phone.getByText("7到10岁").click();
  await phone.locator("summary", { hasText: "来的人" }).click();
  await phone.getByLabel("第 1 位的名字").fill("<b>冯小宝</b>");
  await see(phone, "sign-up-full", "zh", LOOKS);
  await phone.setViewportSize(PHONE);
  await phone.getByRole("button", { name: "加入候补" }).click();
  await expect(phone.locator(".ours .standing")).toContainText("候补第 3 位");
  await expect(phone.locator(".ours")).toContainText("<b>冯小宝</b>");
  await see(phone, "event-waiting", "zh", LOOKS);

  // Somebody gives two places back: they go to the first in line, Jin, who takes them on the home page.
  const tang = await openDevice({ viewport: PHONE, path });
  await arriveBy(tang, "tangwei", "已确认");
  await tang.getByRole("button", { name: "取消报名" }).click();
  await expect(tang.getByRole("alertdialog").getByRole("heading")).toBeFocused();
  await see(tang, "event-cancel", "zh", LOOKS);
  await tang.getByRole("alertdialog").getByRole("button", { name: "取消报名" }).click();
  await expect(tang.locator(".ours .standing").first()).toContainText("已取消报名");
  const jin = await openDevice({ viewport: PHONE, path: "/household" });
  await arriveAtHome(jin, "jinsong");
  const offer = jin.locator("ul.wanted .card", { hasText: "有名额了" });
  await expect(offer).toContainText("少儿绘画课第1讲");
  await see(jin, "home-offer", "zh", LOOKS);
  await jin.setViewportSize(PHONE);
  await offer.getByRole("button", { name: "我们要来" }).click();
  await expect(jin.locator("a.row.event-row", { hasText: "少儿绘画课第1讲" })).toContainText("已确认");
  await expect(offer).toHaveCount(0);
  await expect(phone.locator(".ours .standing"), "the line moves on").toContainText("候补第 2 位");
});

test("an event that is changed, closed or cancelled while a phone is without a network says so, and the form comes back filled in", async ({ community, folder, openDevice }) => {
  test.setTimeout(120_000);
  const [market, lantern] = [await eventPath(community, "社区义诊"), await eventPath(community, "中庭赏灯晚会")];
  const phone = await openDevice({ viewport: PHONE, path: "/household" });
  await arriveAtHome(phone, "xulan");
  community.cable.cut();
  await go(phone, `${market}/sign-up`);
  await phone.locator("#field-persons").fill("3");
  await phone.locator("form button.main").click();
  await expect(phone.locator(".ours .standing")).toContainText("已申请");
  await go(phone, "/waiting");
  await expect(phone.locator("li.row", { hasText: "报名" })).toContainText("社区义诊");
  await loadWith(
    community,
    folder,
    ['fee = { zh = "免费", en = "Free" }\n\n[[event.sign_up]]\nhousehold = "yao"', 'fee = { zh = "免费", en = "Free" }\nparty_most = 2\n\n[[event.sign_up]]\nhousehold = "yao"'],
    ['place = { zh = "中心草坪", en = "Central lawn" }', 'place = { zh = "会所大厅", en = "Clubhouse hall" }'],
    ['start = "18:30"', 'start = "19:00"'],
  );
  community.cable.plug();
  await go(phone, market);
  await expect(phone.locator(".card.attention")).toContainText("一次最多报 2 人", { timeout: 60_000 });
  await see(phone, "event-refused", "zh", LOOKS);
  await phone.setViewportSize(PHONE);
  await phone.getByRole("link", { name: "改好再提交" }).click();
  await expect(phone.locator("#field-persons"), "what was asked for is still there").toHaveValue("3");
  await expect(phone.getByRole("alert")).toContainText("一次最多报 2 人");
  await phone.locator("#field-persons").fill("2");
  await phone.locator("form button.main").click();
  await expect(phone.locator(".ours .standing")).toContainText("已确认");
  await expect(phone.locator(".card.attention")).toHaveCount(0);

  await phone.locator("nav a[href='/']").click();
  const changed = phone.locator("ul.wanted .card", { hasText: "中庭赏灯晚会" });
  await expect(changed).toContainText("现在 会所大厅");
  await expect(changed).toContainText("原来 中心草坪");
  await expect(changed).toContainText(/现在 .*19:00/);
  await see(phone, "home-changed", "zh", LOOKS);
  await phone.setViewportSize(PHONE);
  await changed.getByRole("link", { name: "看看变动" }).click();
  await expect(phone.locator("h2", { hasText: "有变动" })).toBeVisible();
  await phone.locator("nav a[href='/']").click();
  await expect(changed, "whoever has read it is not told again").toHaveCount(0);

  community.cable.cut();
  await go(phone, `${await eventPath(community, "旧物交换市集")}/sign-up`);
  await expect(phone.locator("main")).toContainText("报名还没有开始");
  await go(phone, lantern);
  await phone.getByRole("link", { name: "修改报名" }).click();
  await phone.locator("#field-persons").fill("5");
  await phone.locator("form button.main").click();
  await expect(phone.locator(".ours")).toContainText("已申请改为 5 人");
  await loadWith(community, folder, ['audience = { zh = "本小区住户', 'cancelled = { zh = "大风", en = "Storm" }\naudience = { zh = "本小区住户']);
  community.cable.plug();
  await expect(phone.locator("main")).toContainText("取消原因：大风", { timeout: 60_000 });
  await expect(phone.locator(".card.attention", { hasText: "没有办成" })).toContainText("活动已取消");
  await expect(phone.getByRole("link", { name: "改好再提交" }), "nothing is to be corrected").toHaveCount(0);
  await see(phone, "event-cancelled", "zh", LOOKS);
  await phone.setViewportSize(PHONE);
  await go(phone, `${lantern}/ticket`);
  await expect(phone.locator("main")).toContainText("活动已取消，这张券不再有用");
});

test("feedback is given once for each household: the second one, given without a network, is told so", async ({ community, openDevice }) => {
  test.setTimeout(120_000);
  const path = await eventPath(community, "邻里厨艺比赛");
  const [kitchen, sofa] = [await openDevice({ viewport: PHONE, path: "/household" }), await openDevice({ viewport: PHONE, path: "/household", locale: "en-US" })];
  await arriveAtHome(kitchen, "weihua");
  await arriveAtHome(sofa, "weihua");
  const wanted = kitchen.locator("ul.wanted a", { hasText: "邻里厨艺比赛" });
  await expect(wanted).toContainText("活动评价");
  await wanted.click();
  await go(sofa, `${path}/feedback`);
  await kitchen.locator("form button.main").click();
  await expect(kitchen.getByRole("alert")).toContainText("请至少回答一题");
  const score = (page: Page, question: RegExp, name: RegExp) => page.getByRole("group", { name: question }).getByRole("radio", { name });
  await score(kitchen, /总体/, /很满意/).check();
  await kitchen.locator("textarea").fill("菜好吃 🍲");
  await draftIsKept(kitchen, "菜好吃");
  await kitchen.reload();
  await expect(score(kitchen, /总体/, /很满意/), "nothing typed is lost").toBeChecked();
  await expect(kitchen.locator("textarea")).toHaveValue("菜好吃 🍲");
  await score(sofa, /Overall/, /Fair/).check();
  community.cable.cut();
  await sofa.locator("form button.main").click();
  await expect(sofa.locator("main")).toContainText("saved on this phone");
  await kitchen.locator("form button.main").click();
  await expect(kitchen.locator("main")).toContainText("已存在这部手机");
  community.cable.plug();
  // Whichever reaches the server second is told; the household's one answer then stands on both.
  const told = async (page: Page) => page.locator(".card.attention").count();
  await expect.poll(async () => (await told(kitchen)) + (await told(sofa)), { timeout: 60_000 }).toBe(1);
  const second = (await told(kitchen)) > 0 ? kitchen : sofa;
  await expect(second.locator(".card.attention")).toContainText(/您家已经填过了，每户一份|one answer each/);
  await expect(second.locator("dl.facts")).toContainText(second === kitchen ? "一般" : "Very good");
  await see(second, "feedback-twice", second === kitchen ? "zh" : "en", LOOKS);
});

/** The 15th of the next month, and how many days ahead it is: for the samples' events are counted from their first day. */
function nextMonth(): { middle: string; daysAhead: number } {
  const today = new Date(dayAt(now()));
  const middle = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 15));
  return { middle: middle.toISOString().slice(0, 10), daysAhead: (middle.getTime() - today.getTime()) / DAY };
}

test("notices are read once, a survey is answered, and the month is walked by keyboard", async ({ community, folder, openDevice }) => {
  test.setTimeout(120_000);
  const phone = await openDevice({ viewport: PHONE, path: "/notices" });
  await arriveBy(phone, "resident", "2栋电梯年检");
  await expect(phone.locator("main")).not.toContainText("领取新雨衣");
  await see(phone, "notices", "zh", LOOKS);
  await phone.setViewportSize(PHONE);
  await phone.locator("a.notice-row", { hasText: "2栋电梯年检" }).click();
  await expect(phone.locator("main")).toContainText("请走楼梯");
  await see(phone, "notice", "zh", LOOKS);
  await phone.locator("nav a[href='/notices']").click();
  await expect(phone.locator("section", { has: phone.getByRole("heading", { name: "已读" }) })).toContainText("2栋电梯年检");
  await everythingIsSent(phone);
  const read = (await community.export()).changes.filter((change) => change.kind === "notice.read");
  expect(read.map((change) => change.flags)).toEqual([[]]);

  await go(phone, "/surveys");
  await see(phone, "surveys", "zh", LOOKS);
  await phone.setViewportSize(PHONE);
  await phone.locator("a.row", { hasText: "秋季满意度调查" }).click();
  await see(phone, "survey", "zh", LOOKS);
  await phone.setViewportSize(PHONE);
  for (const question of ["保洁", "秩序维护"]) await phone.getByRole("group", { name: question }).getByRole("radio", { name: /^4/ }).check();
  await phone.locator("form button.main").click();
  await expect(phone.locator("main")).toContainText("谢谢，已收到");
  await go(phone, "/surveys");
  await expect(phone.locator("a.row", { hasText: "秋季满意度调查" })).toContainText("您家已填");
  await phone.locator("a.row", { hasText: "夏季满意度调查" }).click();
  await expect(phone.locator("main")).toContainText("调查已经截止");

  const { middle, daysAhead } = nextMonth();
  await loadWith(community, folder, ['day = 17\nstart = "10:00"', `day = ${daysAhead}\nstart = "10:00"`]);
  await go(phone, "/events?view=month");
  await see(phone, "month", "zh", LOOKS);
  const title = await phone.locator("#month-title").textContent();
  await phone.getByRole("link", { name: "下个月" }).focus();
  await phone.keyboard.press("Enter");
  await expect(phone.locator("#month-title")).not.toHaveText(title!);
  await expect(phone).toHaveURL(`/events?view=month&month=${middle.slice(0, 7)}`);
  const day = phone.locator(`a.day[href$='&day=${middle}']`);
  await day.focus({ timeout: 60_000 });
  await phone.keyboard.press("Enter");
  await expect(phone).toHaveURL(`/events?view=month&month=${middle.slice(0, 7)}&day=${middle}`);
  await expect(phone.locator("a.row.event-row")).toContainText("少儿绘画课第3讲");
  await phone.reload();
  await expect(phone.locator("a.day[aria-current=true]")).toHaveCount(1);
  await phone.goBack();
  await expect(phone).not.toHaveURL(/day=/);
});
