// A household on its own phone: joining, signing up, the ticket, what it thinks, and whatever goes wrong on the way.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import decodeQR from "qr/decode.js";
import { see, type Look } from "../harness/pages";
import { everythingIsSent, readyForOffline } from "../harness/people";
import { arriveAtHome, named, online, PHONE } from "../harness/residents";
import { load } from "../harness/server";
import { expect, test, type Community } from "../harness/test";

const LOOKS: readonly Look[] = [["light", 360, "axe"], ["night", 360, "axe"], ["light", 1280, "axe"]];
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

  test(`a household joins, signs up without a network, and holds a signed ticket (${language})`, async ({ community, openDevice }) => {
    test.setTimeout(180_000);
    const locale = zh ? "zh-CN" : "en-US";
    const desk = await openDevice({ path: "/sign-in" });
    await arriveAtHome(desk, "steward");
    const { records } = await community.export();
    const household = named(records, "household", "2栋0301").id;
    const issued = await online<{ code: string; address: string }>(desk, "issue_join_code", { household });

    const phone = await openDevice({ locale, viewport: PHONE, path: new URL(issued.address).pathname + new URL(issued.address).hash });
    await expect(phone.locator("#field-code")).toHaveValue(issued.code.replaceAll("-", ""));
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
    await expect(phone.locator("a.row.event").first()).toBeVisible();
    await see(phone, "events", language, LOOKS);
    await phone.setViewportSize(PHONE);
    community.cable.cut();
    await phone.locator("a.row.event", { hasText: say("中庭赏灯晚会", "Lantern evening") }).click();
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
    community.cable.cut();
    await phone.reload();
    await expect(phone.locator("svg.ticket-code"), "it is drawn without a network").toBeVisible();
    const own = (await community.export()).records.find((record) => record.kind === "own_sign_up" && record.body.household === household)!;
    const [code, event] = [await scan(phone), own.body.of.event.replaceAll("-", "")];
    expect(code.toLowerCase().split(".").slice(0, 2)).toEqual(["le1", event]);
    expect(code.toLowerCase().endsWith(`.${own.body.number}.2.${own.body.ticket}`), code).toBe(true);
    await see(phone, "ticket", language, LOOKS);
    await phone.setViewportSize(PHONE);
    community.cable.plug();

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
