// Photos taken in the app with the tablet's camera, which is a film here.

import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { findRecords } from "../harness/agreement";
import { film } from "../harness/film";
import { answer, arrive, asPrinted, done, everythingIsSent, goToNext, item, readyForOffline, signInAndEnrol, startUnplanned, unlock } from "../harness/people";
import { photograph } from "../harness/photographs";
import { picture } from "../harness/pictures";
import type { Camera, Tablet } from "../harness/tablet";
import { expect, test, type Community } from "../harness/test";

const shutter = (page: Page) => page.getByRole("dialog", { name: "拍照" });
const words = (page: Page) => shutter(page).getByRole("status");

/** What the camera shows: a label on a wall. */
function wall(folder: string): Camera {
  const path = join(folder, "camera.y4m");
  film(path, { labels: [{ text: "a wall" }] });
  return { film: path, allowed: true };
}

async function failTheBarrier(tablet: Tablet, community: Community, camera: Camera): Promise<Page> {
  const page = await tablet.open("online", camera);
  await signInAndEnrol(page, "wang", "shared");
  await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  await arrive(page, (await community.tags()).get("北门岗亭")!, asPrinted);
  await answer(page, "forecourt", { press: "畅通" });
  await answer(page, "barrier", { press: "异常", note: "道闸不落" });
  return page;
}

const opener = (page: Page) => item(page, "barrier").getByRole("button", { name: "拍照" });
const kept = (page: Page) => item(page, "barrier").locator(".photos .photo");

test("photos are taken in the app one after the other, without a network, and arrive later", async ({ community, folder, tablet }) => {
  const page = await failTheBarrier(tablet, community, wall(folder));
  await readyForOffline(page);
  await tablet.goOffline();
  await opener(page).click();
  await expect(words(page)).toContainText("可以连着拍");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  const take = shutter(page).getByRole("button", { name: "拍一张" });
  await expect(take).toBeFocused();
  await picture(page, "shutter");
  await page.keyboard.press("Enter");
  await expect(words(page)).toHaveText("已拍 1 张，都存好了。");
  await take.click();
  await expect(words(page)).toHaveText("已拍 2 张，都存好了。");
  await shutter(page).getByRole("button", { name: "拍好了" }).click();
  await expect(shutter(page)).toHaveCount(0);
  await expect(opener(page)).toBeFocused();
  await expect(kept(page)).not.toHaveCount(0);
  // A film that stands still gives one picture twice, and one picture is kept once.
  const count = await kept(page).count();
  await done(page);
  await tablet.goOnline();
  await everythingIsSent(page);
  const [finding] = findRecords(await community.export(), "finding");
  expect(finding!.body.photos).toHaveLength(count);
  for (const { hash } of finding!.body.photos) {
    expect((await page.request.get(`${community.url}/api/v1/photos/${hash}`)).status()).toBe(200);
  }
});

test("a photo that the shutter calls saved is there after the browser was killed", async ({ community, folder, tablet }) => {
  test.setTimeout(180_000);
  const camera = wall(folder);
  let page = await failTheBarrier(tablet, community, camera);
  await readyForOffline(page);
  await tablet.hasOnDisk("lamplighter-device");
  await opener(page).click();
  await expect(words(page)).toContainText("可以连着拍");
  await shutter(page).getByRole("button", { name: "拍一张" }).click();
  await expect(words(page)).toHaveText("已拍 1 张，都存好了。");
  await tablet.kill();
  page = await tablet.open("online", camera);
  await unlock(page, "王建国", "2581");
  await page.locator("a.card.round", { hasText: "门岗与围墙巡逻" }).click();
  await goToNext(page, "北门岗亭");
  await expect(kept(page)).toHaveCount(1);
});

test("without leave to use the camera it says what to do, and the camera app still helps", async ({ community, folder, tablet }) => {
  const page = await failTheBarrier(tablet, community, { ...wall(folder), allowed: false });
  await opener(page).click();
  await expect(words(page)).toContainText("没有使用相机的权限");
  await expect(shutter(page).getByRole("button", { name: "重试" })).toBeVisible();
  await shutter(page).locator("input[type=file]").setInputFiles(await photograph(page, "道闸"));
  await expect(shutter(page)).toHaveCount(0);
  await expect(kept(page)).toHaveCount(1);
  await opener(page).click();
  await page.keyboard.press("Escape");
  await expect(shutter(page)).toHaveCount(0);
  await expect(opener(page)).toBeFocused();
});
