// A new release: it waits until the person agrees, never interrupts a round, and keeps everything.

import { expectOneOutcomeEach, expectVisits, type Stop } from "../harness/agreement";
import { draftIsKept } from "../harness/disk";
import { answer, arrive, asPrinted, chip, done, everythingIsSent, finish, goToNext, item, readyForOffline, signIn, signInAndEnrol, startUnplanned, unlock } from "../harness/people";
import { picture } from "../harness/pictures";
import { NEVER, NextRelease, receivesAsTooOld } from "../harness/releases";
import { expect, test as base, type Community } from "../harness/test";
import type { Page } from "@playwright/test";
import type { Tag } from "../harness/server";

const test = base.extend<{ next: NextRelease }>({
  next: async ({ community }, use) => {
    const next = await NextRelease.of(community.server.port);
    await use(next);
    await next.close();
  },
});

const GATES: Stop[] = [
  { at: "北门岗亭", proof: asPrinted, answers: { forecourt: { press: "畅通" } } },
  { at: "东围墙中段", proof: asPrinted },
  { at: "南门岗亭", proof: asPrinted, answers: { forecourt: { press: "畅通" } } },
  { at: "车库出入口道闸", proof: asPrinted },
  { at: "西围墙中段", proof: asPrinted },
];

function deploy(community: Community, next: NextRelease): void {
  community.cable.plug(next.port);
}

/** The release whose shell this page was opened with. */
function release(page: Page): Promise<string | null> {
  return page.locator("meta[name=lamplighter-release]").getAttribute("content");
}

/** Looks for a new release, as the browser does now and then, and waits until one is ready. */
async function aReleaseWaits(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const installing = registration.installing;
    if (!installing) return;
    await new Promise<void>((resolve, reject) => {
      installing.addEventListener("statechange", () => {
        if (installing.state === "installed") resolve();
        if (installing.state === "redundant") reject(new Error("the new release could not be kept"));
      });
    });
  });
}

const offer = (page: Page) => page.getByText("有新版本");

async function visit(page: Page, tags: Map<string, Tag>, stop: Stop): Promise<void> {
  await goToNext(page, stop.at);
  await arrive(page, tags.get(stop.at)!, stop.proof);
  await answerAll(page, stop);
}

async function answerAll(page: Page, stop: Stop): Promise<void> {
  for (const [key, given] of Object.entries(stop.answers ?? {})) await answer(page, key, given);
  await done(page);
}

test("an update waits for the end of the round, and the handover keeps the draft and what is unsent", async ({ community, tablet, next }) => {
  test.setTimeout(180_000);
  const tags = await community.tags();
  let page = await tablet.open();
  await signInAndEnrol(page, "wang", "shared");
  await readyForOffline(page);
  await tablet.hasOnDisk("lamplighter-device");
  const first = await release(page);
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await visit(page, tags, GATES[0]!);
  await everythingIsSent(page);

  deploy(community, next);
  await aReleaseWaits(page);
  await goToNext(page, GATES[1]!.at);
  await arrive(page, tags.get(GATES[1]!.at)!, asPrinted);
  await page.locator("#field-note").fill("更新前写的");
  await draftIsKept(page, "更新前写的");
  await expect(offer(page)).toHaveCount(0);

  // Offline the tablet starts with the release that it has, though the server knows it no more.
  community.cable.cut();
  await tablet.kill();
  page = await tablet.open("offline");
  await unlock(page, "王建国", "2581");
  expect(await release(page)).toBe(first);
  await expect(offer(page)).toHaveCount(0);
  await page.locator("a.card.round", { hasText: "门岗与围墙巡逻" }).click();
  await goToNext(page, GATES[1]!.at);
  await expect(page.locator("#field-note")).toHaveValue("更新前写的");
  await answerAll(page, GATES[1]!);
  for (const stop of GATES.slice(2)) await visit(page, tags, stop);
  await finish(page);
  await expect(chip(page)).toContainText("待传 5");

  // After the round it is offered; agreeing to it works without a network too, for it is all there.
  await page.getByRole("button", { name: "现在更新" }).click();
  await expect.poll(() => release(page).catch(() => null)).toBe(next.name);
  await expect(chip(page)).toContainText("待传 5");
  await expect(offer(page)).toHaveCount(0);
  await tablet.goOnline();
  deploy(community, next);
  await chip(page).click();
  await page.getByRole("button", { name: "现在上传" }).click();
  await everythingIsSent(page);

  const exported = await community.export();
  expectVisits(exported, round, "王建国", GATES.map((stop, i) => (i === 1 ? { ...stop, note: "更新前写的" } : stop)));
  expectOneOutcomeEach(exported, { wang: 7 });
});

test("a new release opens at once, whatever the one before is still busy with", async ({ community, openDevice, next }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "own");
  await readyForOffline(page);
  deploy(community, next);
  await page.evaluate((never) => void fetch(never).catch(() => {}), NEVER);
  await aReleaseWaits(page);
  await page.getByRole("button", { name: "现在更新" }).click();
  await expect.poll(() => release(page).catch(() => null)).toBe(next.name);
  await expect(page.locator("#now")).toBeVisible();
  await expect(offer(page)).toHaveCount(0);
});

test("the release before the one that opens is kept for other tabs, and none before that", async ({ community, openDevice, next }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "own");
  await readyForOffline(page);
  const kept = () => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("lamplighter-")));
  let before = await release(page);
  const afterNext = await NextRelease.of(next.port);
  for (const newer of [next, afterNext]) {
    deploy(community, newer);
    await aReleaseWaits(page);
    await page.getByRole("button", { name: "现在更新" }).click();
    await expect.poll(() => release(page).catch(() => null)).toBe(newer.name);
    await expect.poll(kept).toEqual([`lamplighter-${before}`, `lamplighter-${newer.name}`]);
    before = newer.name;
  }
  await page.close();
  await afterNext.close();
});

test("a release that does not start gives way to the next one", async ({ community, openDevice, next }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await readyForOffline(page);
  const stopping = await NextRelease.of(community.server.port, { starts: false });
  deploy(community, stopping);
  await aReleaseWaits(page);
  await page.getByRole("button", { name: "现在更新" }).click();
  await expect(page.getByRole("alert")).toContainText("没能打开掌灯");
  expect(await release(page)).toBe(stopping.name);

  deploy(community, next);
  await aReleaseWaits(page);
  await page.getByRole("button", { name: /重新打开/ }).click();
  await expect.poll(() => release(page).catch(() => null)).toBe(next.name);
  await expect(page.locator("#now")).toBeVisible();
  await stopping.close();
});

test("what the network did not bring for offline use is asked for again a minute later", async ({ community, openDevice, next }) => {
  deploy(community, next);
  next.gone.add("/icon-512.png");
  const page = await openDevice({ path: "/icon.svg" });
  await page.clock.install();
  await page.goto("/");
  const isKept = () => page.evaluate(async () => !!(await navigator.serviceWorker.getRegistration()));
  await expect.poll(() => next.missed).toContain("/icon-512.png");
  await expect.poll(isKept).toBe(false);
  expect(await page.evaluate(() => caches.keys())).toEqual([]);

  next.gone.delete("/icon-512.png");
  await page.clock.fastForward("01:00");
  await readyForOffline(page);
  community.cable.cut();
  await page.reload();
  await expect(page.locator("#field-username")).toBeVisible();
});

test("a tablet that is too old to receive anything is offered the new release where it waits", async ({ community, openDevice, next }) => {
  const page = await openDevice();
  const receiveAgain = await receivesAsTooOld(page);
  await signIn(page, "wang");
  deploy(community, next);
  await page.getByRole("radio").first().check();
  await page.locator("button.main").click();
  await expect(page.getByText("这个版本太旧")).toBeVisible();
  await expect(page.getByRole("button", { name: "现在更新" })).toBeVisible();
  await picture(page, "too-old-to-receive-zh");
  await receiveAgain();
  await page.getByRole("button", { name: "现在更新" }).click();
  await expect.poll(() => release(page).catch(() => null)).toBe(next.name);
});

test("a tablet that was offline during a deploy starts offline and online, and hands over when told", async ({ community, tablet, next }) => {
  test.setTimeout(180_000);
  let page = await tablet.open();
  await signInAndEnrol(page, "wang", "shared");
  await readyForOffline(page);
  await tablet.hasOnDisk("lamplighter-device");
  const first = await release(page);
  community.cable.cut();
  await tablet.kill();

  page = await tablet.open("offline");
  await unlock(page, "王建国", "2581");
  await startUnplanned(page, "门岗与围墙巡逻");
  expect(await release(page)).toBe(first);
  await tablet.kill();

  deploy(community, next);
  page = await tablet.open("online");
  await unlock(page, "王建国", "2581");
  expect(await release(page)).toBe(first);
  await aReleaseWaits(page);
  await everythingIsSent(page);
  await expect(offer(page)).toHaveCount(0);
  await page.locator("a.card.round", { hasText: "门岗与围墙巡逻" }).click();
  await page.locator(".foot a.quiet").click();
  await page.locator("#field-note").fill("改派北门");
  await page.locator(".foot button.main").click();
  await page.getByRole("button", { name: "现在更新" }).click();
  await expect.poll(() => release(page).catch(() => null)).toBe(next.name);
  await everythingIsSent(page);
  expectOneOutcomeEach(await community.export(), { wang: 2 });
});

test("the other tab, in the middle of a checkpoint, goes on with its own release", async ({ community, openDevice, next }) => {
  const tags = await community.tags();
  const walking = await openDevice();
  await signInAndEnrol(walking, "wang", "shared");
  await readyForOffline(walking);
  const first = await release(walking);
  const opened = walking.context().waitForEvent("page");
  await walking.evaluate(() => window.open("/", "_blank", "popup,noopener"));
  const other = await opened;
  await unlock(other, "李志强", "3692");
  await startUnplanned(walking, "门岗与围墙巡逻");
  await goToNext(walking, "北门岗亭");
  await arrive(walking, tags.get("北门岗亭")!, asPrinted);
  await answer(walking, "barrier", { press: "异常", note: "道闸不落" });

  deploy(community, next);
  await aReleaseWaits(other);
  await other.getByRole("button", { name: "现在更新" }).click();
  await expect.poll(() => release(other).catch(() => null)).toBe(next.name);
  expect(await release(walking)).toBe(first);
  await expect(offer(walking)).toHaveCount(0);
  await expect(item(walking, "barrier").locator(".failed textarea")).toHaveValue("道闸不落");
  // What its release asks for late is still there, though the server has it no more.
  const style = await walking.locator("link[rel=stylesheet]").getAttribute("href");
  expect(await walking.evaluate(async (style) => (await fetch(style)).status, style!)).toBe(200);
  await answerAll(walking, GATES[0]!);
  for (const stop of GATES.slice(1)) await visit(walking, tags, stop);
  await finish(walking);
  await everythingIsSent(walking);
  await walking.getByRole("button", { name: "现在更新" }).click();
  await expect.poll(() => release(walking).catch(() => null)).toBe(next.name);
});

test("an old tab lets go of the disk when a newer release changes it, and says so", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  const upgraded = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const request = indexedDB.open("lamplighter", 1_000);
        request.onupgradeneeded = () => request.result.createObjectStore("of-a-later-release");
        request.onsuccess = () => resolve("upgraded");
        request.onerror = () => resolve(String(request.error));
      }),
  );
  expect(upgraded).toBe("upgraded");
  await expect(page.getByRole("alert")).toContainText("另一个窗口已打开新版本");
  await page.getByRole("link", { name: "问题" }).click();
  await page.getByRole("link", { name: "上报问题" }).click();
  await page.getByLabel("在哪里？").selectOption({ label: "中央草坪" });
  await page.getByLabel("什么问题？").fill("存不上的话");
  await page.getByRole("button", { name: "上报" }).click();
  await expect(chip(page)).toContainText("没有存上");
  await expect(page.getByLabel("什么问题？")).toHaveValue("存不上的话");
});

test("a release that is older than the disk touches nothing and is left for the next one", async ({ community, openDevice, next }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await readyForOffline(page);
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open("lamplighter", 1_000);
        request.onsuccess = () => resolve(request.result.close());
        request.onerror = () => reject(request.error);
      }),
  );
  deploy(community, next);
  await page.reload();
  await expect(page.getByText("这台设备用过更新的版本")).toBeVisible();
  await expect(page.locator("input, textarea")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "现在更新" })).toBeVisible();
  await picture(page, "newer-disk-zh");
  await page.getByRole("button", { name: "现在更新" }).click();
  await expect.poll(() => release(page).catch(() => null)).toBe(next.name);
});

test("a tab of a newer release waits for an old one that does not let go, says so, and goes on", async ({ openDevice }) => {
  const held = await openDevice({ path: "/icon.svg" });
  await held.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open("lamplighter", 1);
        request.onsuccess = () => {
          (window as any).held = request.result;
          resolve();
        };
      }),
  );
  const page = await held.context().newPage();
  // The app of a later release, which asks for a later version of the disk.
  await page.addInitScript(() => {
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (this: IDBFactory, name: string, version?: number) {
      return open.call(this, name, version && version + 1);
    };
  });
  await page.goto("/");
  await expect(page.getByText("请关闭其他掌灯窗口")).toBeVisible();
  await expect(page.locator("input, textarea")).toHaveCount(0);
  await held.evaluate(() => (window as any).held.close());
  await expect(page.locator("#field-username")).toBeVisible();
  await signInAndEnrol(page, "wang", "shared");
});
