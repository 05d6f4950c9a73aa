// What a resident's phone carries: the first open by the code on the letter, then a day with the app.

import type { Page } from "@playwright/test";
import { everythingIsSent, readyForOffline } from "../harness/people";
import { arriveAtHome, named, online, PHONE } from "../harness/residents";
import { expect, test } from "../harness/test";

const PHRASE = "灯笼照着回家的路上人";

test("bytes of a resident's first open, and of a day", async ({ browser, community, openDevice }) => {
  test.setTimeout(180_000);
  // Browsers take brotli from secure origins and from localhost only.
  const address = community.url.replace("127.0.0.1", "localhost");
  const desk = await openDevice({ path: "/sign-in" });
  await arriveAtHome(desk, "steward");
  const { records } = await community.export();
  const issued = await online<{ code: string }>(desk, "issue_join_code", { household: named(records, "household", "2栋0301").id });

  let before = community.cable.carried;
  const told = (what: string) => {
    const bytes = community.cable.carried - before;
    before = community.cable.carried;
    console.log(`${String(bytes).padStart(9)} bytes  ${what}`);
    return bytes;
  };
  const context = await browser.newContext({ baseURL: address, locale: "zh-CN", viewport: PHONE, timezoneId: "Asia/Shanghai" });
  const phone = await context.newPage();
  // What the page itself needs: the service worker, which fetches the rest meanwhile, is another target.
  const network = await context.newCDPSession(phone);
  await network.send("Network.enable");
  const own: number[] = [];
  network.on("Network.loadingFinished", ({ encodedDataLength }) => own.push(encodedDataLength));
  await phone.goto(`/join#${issued.code}`);
  await expect(phone.locator("#field-code")).toHaveValue(issued.code);
  await phone.waitForLoadState("load");
  const firstOpen = own.reduce((sum, bytes) => sum + bytes, 0);
  console.log(`${String(firstOpen).padStart(9)} bytes  first open: the page for joining, in ${own.length} requests`);
  await readyForOffline(phone);
  const kept = told("the same and the rest of the release, kept for offline use");
  await phone.locator("#field-name").fill("小满");
  await phone.locator("#field-username").fill("xiaoman");
  await phone.locator("#field-pass-phrase").fill(PHRASE);
  await phone.locator("button.main").click();
  await expect(phone.locator("dl.handed dd")).toHaveText("xiaoman");
  const [newcomer] = await online<{ person: string }[]>(desk, "joinings", {});
  await online(desk, "take_in", { person: newcomer!.person });
  await desk.context().close();
  told("joining");
  await phone.locator("a.main").click();
  await arriveAtHome(phone, "xiaoman", PHRASE);
  await everythingIsSent(phone);
  const arrived = told("sign-in, and every record for the household");

  await day(phone);
  const used = told("a day: opened four times, two notices read, signed up for an event, its ticket shown");
  console.log(`first open ${firstOpen}, kept ${kept}, records ${arrived}, a day ${used} bytes`);
  await context.close();
});

async function day(phone: Page): Promise<void> {
  for (let opened = 0; opened < 4; opened++) {
    await phone.goto("/");
    await expect(phone.locator("#now")).toBeVisible();
    await everythingIsSent(phone);
  }
  for (const notice of ["二次供水清洗水箱", "2栋电梯年检"]) {
    await phone.locator("nav a[href='/notices']").click();
    await phone.locator("a.notice-row", { hasText: notice }).click();
    await everythingIsSent(phone);
  }
  await phone.locator("nav a[href='/events']").click();
  await phone.locator("a.row.event-row", { hasText: "中庭赏灯晚会" }).click();
  await phone.getByRole("link", { name: "报名", exact: true }).click();
  await phone.locator("form button.main").click();
  await expect(phone.locator(".ours .standing")).toContainText("已确认", { timeout: 60_000 });
  await phone.getByRole("link", { name: "入场券", exact: true }).click();
  await expect(phone.locator("svg.ticket-code")).toBeVisible();
  await everythingIsSent(phone);
}
