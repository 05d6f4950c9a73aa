// Photos: taken beside an answer, small and without metadata, never lost, never another one, seen by whoever may.

import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { findRecords } from "../harness/agreement";
import { draftIsKept } from "../harness/disk";
import { answer, arrive, asPrinted, chip, done, everythingIsSent, goToNext, item, readyForOffline, signInAndEnrol, startUnplanned, unlock } from "../harness/people";
import { HOSTILE, photograph, WHERE_IT_WAS_TAKEN, type File } from "../harness/photographs";
import { expect, test, type Community } from "../harness/test";

async function atTheNorthGate(page: Page, community: Community): Promise<string> {
  const tags = await community.tags();
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  await arrive(page, tags.get("北门岗亭")!, asPrinted);
  return round;
}

/** Chooses files, and waits until each is kept or refused. */
async function addPhotos(page: Page, key: string, ...files: File[]): Promise<void> {
  await item(page, key).locator("input[type=file]").last().setInputFiles(files, { timeout: 60_000 });
  await expect(item(page, key).locator(".album-buttons")).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
}

async function failTheBarrier(page: Page): Promise<void> {
  await answer(page, "forecourt", { press: "畅通" });
  await answer(page, "barrier", { press: "异常", note: "道闸不落" });
}

/** How many photos still lie on the device with all their bytes. */
function bytesOnDevice(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const opened = indexedDB.open("lamplighter");
        opened.onsuccess = () => {
          const count = opened.result.transaction("photo-bytes").objectStore("photo-bytes").count();
          count.onsuccess = () => {
            opened.result.close();
            resolve(count.result);
          };
        };
      }),
  );
}

/** The photos that the server's records name, each with the bytes that it serves to this page's person. */
async function served(page: Page, community: Community): Promise<{ hash: string; bytes: Buffer }[]> {
  const findings = findRecords(await community.export(), "finding");
  const photos: { hash: string }[] = findings.flatMap((finding) => finding.body.photos ?? []);
  return Promise.all(
    photos.map(async ({ hash }) => {
      const answer = await page.request.get(`${community.url}/api/v1/photos/${hash}`);
      expect(answer.status()).toBe(200);
      return { hash, bytes: await answer.body() };
    }),
  );
}

function expectWhole(photos: { hash: string; bytes: Buffer }[], count: number): void {
  expect(photos).toHaveLength(count);
  for (const { hash, bytes } of photos) expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash);
}

test("photos beside a failed item reach the manager, small and without where they were taken", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await atTheNorthGate(page, community);
  await failTheBarrier(page);
  await addPhotos(page, "barrier", await photograph(page, "道闸一"), await photograph(page, "道闸二", 900, 1200));
  await expect(item(page, "barrier").locator(".photos img")).toHaveCount(2);
  await done(page);
  await everythingIsSent(page);
  await expect.poll(() => bytesOnDevice(page), { message: "what the server has is freed here" }).toBe(0);

  const manager = await openDevice();
  await signInAndEnrol(manager, "manager", "own");
  await manager.locator("nav.navigation a[href='/findings']").click();
  await manager.locator("main a.row", { hasText: "道闸不落" }).click();
  const shown = manager.locator(".photos img");
  await expect(shown).toHaveCount(2);
  await expect.poll(() => shown.first().evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(320);
  await manager.locator(".photo-button").first().click();
  const whole = manager.locator("dialog.viewer img");
  await expect.poll(() => whole.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight])).toEqual([1600, 1200]);
  await manager.keyboard.press("Escape");
  await expect(manager.locator("dialog.viewer")).toHaveCount(0);

  const photos = await served(manager, community);
  expectWhole(photos, 2);
  for (const { bytes } of photos) {
    expect(bytes.includes(WHERE_IT_WAS_TAKEN)).toBe(false);
    expect(bytes.includes("Exif")).toBe(false);
  }
});

test("files that are no photos are refused with a sentence, and the answer still counts", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await atTheNorthGate(page, community);
  await failTheBarrier(page);
  test.slow();
  for (const { file, says } of HOSTILE) {
    await addPhotos(page, "barrier", file);
    await expect(item(page, "barrier").locator(".album .fault"), file.name).toContainText(says);
    await expect(item(page, "barrier").locator(".photos img")).toHaveCount(0);
  }
  await done(page);
  await everythingIsSent(page);
  const notes = findRecords(await community.export(), "finding").map((finding) => finding.body.note);
  expect(notes).toEqual(["道闸不落"]);
});

/** Runs in the page: a device that takes its time to read a photo, until the test develops it. */
function slowly(): void {
  const read = window.createImageBitmap.bind(window) as (...asked: unknown[]) => Promise<ImageBitmap>;
  const wait = () => new Promise<void>((resolve) => ((window as any).develop = resolve));
  (window as any).createImageBitmap = (...asked: unknown[]) => wait().then(() => read(...asked));
}

const develop = (page: Page) => page.evaluate(() => (window as any).develop());

test("whoever is done while a photo is being prepared takes it along; whoever leaves is told that it is not kept", async ({ community, openDevice }) => {
  const page = await openDevice({ script: slowly });
  await signInAndEnrol(page, "wang", "shared");
  await atTheNorthGate(page, community);
  await failTheBarrier(page);
  const photo = await photograph(page, "道闸", 1600, 1200);
  await item(page, "barrier").locator("input[type=file]").last().setInputFiles([photo]);
  const finish = page.locator(".foot button.main");
  await expect(finish).toBeDisabled();
  await develop(page);
  await expect(finish).toBeEnabled();
  await done(page);
  await everythingIsSent(page);
  const photos = async () => findRecords(await community.export(), "finding").map((finding) => finding.body.photos?.length ?? 0);
  expect(await photos()).toEqual([1]);

  await page.goto("/findings/new");
  await page.locator("input[type=file]").last().setInputFiles([await photograph(page, "草坪", 1600, 1200)]);
  await expect(page.locator("form button[type=submit]")).toBeDisabled();
  await page.locator("nav.navigation a[href='/']").click();
  await expect(page.locator("#now")).toBeVisible();
  await develop(page);
  await expect(chip(page)).toContainText("没有存上");
  await page.locator("nav.navigation a[href='/findings']").click();
  await page.getByRole("link", { name: "上报问题" }).click();
  await page.getByLabel("在哪里？").selectOption({ label: "中央草坪" });
  await page.getByLabel("什么问题？").fill("灯坏了");
  await expect(page.locator(".photos .photo")).toHaveCount(0);
  await page.getByRole("button", { name: "上报" }).click();
  await everythingIsSent(page);
  expect((await photos()).sort()).toEqual([0, 1]);
});

test("an upload that is cut anywhere goes on until the server has the whole photo", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await atTheNorthGate(page, community);
  await failTheBarrier(page);
  community.cable.breakPhotosAfter(0);
  await addPhotos(page, "barrier", await photograph(page, "道闸"));
  await expect(item(page, "barrier").locator(".photos img")).toHaveCount(1);
  await done(page);
  await chip(page).click();
  for (const bytes of [0, 1, 700, 5_000, 15_000]) {
    community.cable.breakPhotosAfter(bytes);
    const before = community.cable.brokenOff;
    await page.getByRole("button", { name: "现在上传" }).click();
    await expect.poll(() => community.cable.brokenOff, { message: `cut after ${bytes} bytes`, timeout: 30_000 }).toBeGreaterThan(before);
    expect(await bytesOnDevice(page), "nothing is freed before the server has it").toBe(1);
  }
  expect(findRecords(await community.export(), "finding"), "the words did not wait for the photo").toHaveLength(1);
  community.cable.breakPhotosAfter(Infinity);
  await page.getByRole("button", { name: "现在上传" }).click();
  await everythingIsSent(page);
  expectWhole(await served(page, community), 1);
});

test("a server killed while photos come in has each of them once and whole in the end", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await atTheNorthGate(page, community);
  await failTheBarrier(page);
  const files = await Promise.all(["一", "二", "三", "四"].map((words) => photograph(page, words)));
  await addPhotos(page, "barrier", ...files);
  await expect(item(page, "barrier").locator(".photos img")).toHaveCount(4);
  const put = page.waitForRequest((request) => request.method() === "PUT");
  await done(page);
  await put;
  await community.server.kill();
  await community.startAgain();
  await chip(page).click();
  await page.getByRole("button", { name: "现在上传" }).click();
  await everythingIsSent(page);
  expectWhole(await served(page, community), 4);
});

test("until a photo has arrived its place says that it is on its way", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await atTheNorthGate(page, community);
  await failTheBarrier(page);
  community.cable.breakPhotosAfter(0);
  await addPhotos(page, "barrier", await photograph(page, "道闸"));
  await expect(item(page, "barrier").locator(".photos img")).toHaveCount(1);
  await done(page);
  await expect.poll(async () => findRecords(await community.export(), "finding").length).toBe(1);

  const manager = await openDevice();
  await signInAndEnrol(manager, "manager", "own");
  await manager.locator("nav.navigation a[href='/findings']").click();
  await manager.locator("main a.row", { hasText: "道闸不落" }).click();
  await expect(manager.locator(".photo")).toContainText("照片还在路上");
  community.cable.breakPhotosAfter(Infinity);
  await chip(page).click();
  await page.getByRole("button", { name: "现在上传" }).click();
  await everythingIsSent(page);
  await manager.reload();
  await expect.poll(() => manager.locator(".photos img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(320);
});

test("a manager sees which photo is missing, on which tablet, and what brings it", async ({ community, openDevice }) => {
  const manager = await openDevice({ viewport: { width: 1280, height: 900 } });
  await signInAndEnrol(manager, "manager", "own");
  await manager.goto("/results/photos");
  await expect(manager.locator("main .empty")).toContainText("照片都到齐了");

  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  const round = await atTheNorthGate(page, community);
  await failTheBarrier(page);
  community.cable.breakPhotosAfter(0);
  await addPhotos(page, "barrier", await photograph(page, "道闸一"), await photograph(page, "道闸二"));
  await expect(item(page, "barrier").locator(".photos img")).toHaveCount(2);
  await done(page);
  await expect.poll(async () => findRecords(await community.export(), "visit").length).toBe(1);

  await manager.goto("/results");
  const link = manager.locator("a[href='/results/photos']");
  await expect(link).toContainText("2 张照片还在路上");
  await link.click();
  const missing = manager.locator("main ul.rows li");
  await expect(missing).toHaveCount(2);
  await expect(missing.first()).toContainText("北门岗亭");
  await expect(missing.first()).toContainText("门岗与围墙巡逻");
  await expect(missing.first()).toContainText("王建国 拍于");
  await expect(missing.first()).toContainText("已等 0 分钟");
  const [tablet] = await manager.locator("main h2").allTextContents();
  expect(tablet).toMatch(/^在“.+”上$/);
  await expect(manager.locator("main section .lead")).toContainText("最近联系");
  await missing.first().getByRole("link").click();
  await expect(manager).toHaveURL(new RegExp(`/results/${round}$`));

  community.cable.cut();
  await manager.locator("a.chip").click();
  await manager.locator("main a[href='/results/photos']").click();
  await expect(manager.locator("main .empty")).toContainText("这里需要网络");
  community.cable.plug();
  community.cable.breakPhotosAfter(Infinity);
  await chip(page).click();
  await page.getByRole("button", { name: "现在上传" }).click();
  await everythingIsSent(page);
  await manager.getByRole("button", { name: "重试" }).click();
  await expect(manager.locator("main .empty")).toContainText("照片都到齐了");

  const guard = await openDevice();
  await signInAndEnrol(guard, "wang", "own");
  await guard.goto("/results/photos");
  await expect(guard.locator("main .empty")).toContainText("这个页面不在您的权限内");
});

test("a browser killed at the shutter keeps a photo whole or not at all", async ({ community, tablet }) => {
  test.slow();
  let page = await tablet.open();
  await signInAndEnrol(page, "wang", "shared");
  await readyForOffline(page);
  await tablet.hasOnDisk("lamplighter-device");
  await atTheNorthGate(page, community);
  await failTheBarrier(page);
  const file = await photograph(page, "快门");
  await draftIsKept(page, "道闸不落");
  let shown = 0;
  for (const wait of [0, 40, 120, 300, 700]) {
    const taken = addPhotos(page, "barrier", { ...file, buffer: Buffer.concat([file.buffer, Buffer.from(`${wait}`)]) });
    await Promise.race([taken, new Promise((resolve) => setTimeout(resolve, wait))]);
    await tablet.kill();
    await taken.catch(() => {});
    page = await tablet.open();
    await unlock(page, "王建国", "2581");
    await page.locator("a.card.round", { hasText: "门岗与围墙巡逻" }).click();
    await goToNext(page, "北门岗亭");
    await expect(item(page, "barrier").locator(".failed textarea").first()).toHaveValue("道闸不落");
    const photos = item(page, "barrier").locator(".photos .photo");
    shown = await photos.count();
    expect(await bytesOnDevice(page), "a photo that the draft names is on the disk").toBe(shown);
  }
  await addPhotos(page, "barrier", file);
  await expect(item(page, "barrier").locator(".photos img")).not.toHaveCount(0);
  await done(page);
  await everythingIsSent(page);
  const photos = await served(page, community);
  expect(photos.length).toBeGreaterThanOrEqual(Math.max(1, shown));
  expectWhole(photos, photos.length);
});
