// What somebody else has done is on an open page within seconds, and a page that hears nothing any more finds out by itself.

import { onOneDay } from "../harness/clock";
import { everythingIsSent, signInAndEnrol, startUnplanned } from "../harness/people";
import { expect, test } from "../harness/test";
import type { Page } from "@playwright/test";

const DESK = { width: 1280, height: 900 };
/** Less than the quarter of a minute after which a page asks by itself. */
const SECONDS = { timeout: 10_000 };

const line = (page: Page, round: string) => page.locator("tbody tr", { has: page.locator(`th a[href='/results/${round}']`) });
const asksForHints = (page: Page) => page.waitForRequest((request) => request.url().endsWith("/api/v1/sync/events"), { timeout: 60_000 });
const pulls = (page: Page) => page.waitForResponse((response) => response.url().endsWith("/api/v1/sync/pull"), { timeout: 30_000 });

test("a manager's open page shows a guard's round within seconds, also after the server stood still or was killed", async ({ community, openDevice }) => {
  test.setTimeout(150_000);
  await onOneDay();
  const guard = await openDevice();
  await signInAndEnrol(guard, "wang", "shared");
  const desk = await openDevice({ viewport: DESK });
  const asked = asksForHints(desk);
  await signInAndEnrol(desk, "manager", "own");
  await asked;
  await desk.locator("nav.navigation a[href='/results']").click();
  const begin = async () => {
    const round = await startUnplanned(guard, "门岗与围墙巡逻");
    await everythingIsSent(guard);
    return round;
  };

  // Of itself the page pulls a quarter of a minute after its last pull.
  await pulls(desk);
  await expect(line(desk, await begin())).toBeVisible(SECONDS);

  community.server.freeze();
  const whileFrozen = await startUnplanned(guard, "门岗与围墙巡逻");
  community.server.thaw();
  await everythingIsSent(guard);
  await expect(line(desk, whileFrozen)).toBeVisible(SECONDS);

  const askedAgain = asksForHints(desk);
  await community.server.kill();
  await community.startAgain();
  await askedAgain;
  await pulls(desk);
  await expect(line(desk, await begin())).toBeVisible(SECONDS);
});

test("after a sleep a stream that the browser still calls open is opened anew", async ({ browser, community }) => {
  const context = await browser.newContext({ baseURL: community.url, locale: "zh-CN" });
  const page = await context.newPage();
  await page.clock.install();
  await page.goto("/");
  const asked = asksForHints(page);
  await signInAndEnrol(page, "wang", "own");
  await asked;
  let isAskedAgain = false;
  void asksForHints(page).then(() => (isAskedAgain = true));
  // What the old stream says meanwhile is a sign of life: then it takes another sleep.
  await expect(async () => {
    await page.clock.fastForward(40_000);
    expect(isAskedAgain).toBe(true);
  }).toPass({ timeout: 20_000 });
  await context.close();
});
