// A guard's round and what the manager sees of it, as the README shows them.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { film } from "../harness/film";
import { answer, arrive, asPrinted, chip, done, everythingIsSent, goToNext, item, readyForOffline, signInAndEnrol, startUnplanned } from "../harness/people";
import { expect, test } from "../harness/test";

const HANDHELD = { width: 480, height: 860 };
const DESK = { width: 1280, height: 800 };

async function picture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: fileURLToPath(new URL(`../../docs/pictures/${name}.png`, import.meta.url)), animations: "disabled" });
}

test("the tour", async ({ community, folder, tablet, openDevice }) => {
  const tags = [...(await community.tags()).values()];
  const path = join(folder, "camera.y4m");
  film(path, { labels: [{ text: "https://example.com/", edge: 0.4, x: -0.1, turned: 4, leaning: 0.1 }] });
  const page = await tablet.open("online", { film: path, allowed: true });
  await page.setViewportSize(HANDHELD);
  await signInAndEnrol(page, "wang", "shared");
  await readyForOffline(page);
  await picture(page, "today");

  await startUnplanned(page, "Gates and perimeter patrol");
  await tablet.goOffline();
  const stops = await page.locator("ol.rows .grow").allTextContents();
  for (const [n, stop] of stops.entries()) {
    const here = tags.find((tag) => stop.startsWith(tag.name.en))!;
    await goToNext(page, here.name.en);
    if (n === 0) {
      await page.getByRole("button", { name: /^Scan/ }).click();
      await expect(page.getByRole("dialog").getByRole("status")).toContainText("This is not a checkpoint's tag");
      await picture(page, "scan");
      await page.keyboard.press("Escape");
    }
    await arrive(page, here, asPrinted);
    const clear = page.getByRole("button", { name: "Clear", exact: true });
    if (await clear.isVisible()) await clear.click();
    if (n === 0) {
      await answer(page, "barrier", { press: "Fail", note: "The arm does not come down." });
      await item(page, "barrier").getByRole("button", { name: "Take photo" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Take", exact: true }).click();
      await expect(page.getByRole("dialog").getByRole("status")).toContainText("1 taken");
      await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
      await item(page, "barrier").scrollIntoViewIfNeeded();
      await picture(page, "checkpoint");
    }
    await done(page);
    if (n === 2) await picture(page, "walk");
  }
  await page.locator(".foot a.main").click();
  await picture(page, "finish");
  await page.locator(".foot button.main").click();
  await expect(page.locator("#now")).toBeVisible();
  await chip(page).click();
  await picture(page, "kept-here");
  await tablet.goOnline();
  await everythingIsSent(page);

  const manager = await openDevice({ locale: "en-US", viewport: DESK });
  await signInAndEnrol(manager, "manager", "own");
  await manager.locator("nav.navigation a[href^='/results']").click();
  await picture(manager, "results");
  await manager.locator("tbody th a").first().click();
  await expect(manager.locator(".photos img")).toBeVisible();
  await picture(manager, "story");
});
