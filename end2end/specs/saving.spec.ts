// Saving on the device: several tabs, a disk that refuses, a browser that keeps nothing, a battery that dies.

import { expectOneOutcomeEach, findRecords } from "../harness/agreement";
import { draftIsKept, holdDisk } from "../harness/disk";
import { answer, arrive, asPrinted, chip, done, everythingIsSent, goToNext, item, readyForOffline, settledChip, signInAndEnrol, startUnplanned, unlock } from "../harness/people";
import { expect, test } from "../harness/test";
import type { Locator, Page } from "@playwright/test";

async function report(page: Page, words: string): Promise<void> {
  await page.getByRole("link", { name: "上报问题" }).click();
  await page.getByLabel("在哪里？").selectOption({ label: "中央草坪" });
  await page.getByLabel("什么问题？").fill(words);
  await page.getByRole("button", { name: "上报" }).click();
  await expect(page.locator("main li", { hasText: words })).toBeVisible();
}

test("two tabs that save at once lose nothing and give no number twice", async ({ community, openDevice }) => {
  const first = await openDevice();
  await signInAndEnrol(first, "wang", "shared");
  // A window of its own: browsers slow down a tab that is behind another.
  const opened = first.context().waitForEvent("page");
  await first.evaluate(() => window.open("/", "_blank", "popup,noopener"));
  const second = await opened;
  await unlock(second, "王建国", "2581");

  const reportAll = async (page: Page, tab: string) => {
    await page.locator("nav.navigation a[href='/findings']").click();
    for (let i = 1; i <= 10; i++) await report(page, `${tab} ${String(i).padStart(2, "0")}`);
  };
  await Promise.all([reportAll(first, "左页"), reportAll(second, "右页")]);
  for (const page of [first, second]) {
    await everythingIsSent(page);
    await expect(page.locator("main li.row, main li a.row")).toHaveCount(20);
  }

  const exported = await community.export();
  expectOneOutcomeEach(exported, { wang: 20 });
  const notes = findRecords(exported, "finding").map((finding) => finding.body.note).sort();
  const wanted = ["右页", "左页"].flatMap((tab) => Array.from({ length: 10 }, (_, i) => `${tab} ${String(i + 1).padStart(2, "0")}`));
  expect(notes).toEqual(wanted);
});

/** Presses once more while what the first press saves is on its way to the disk. */
async function pressTwice(button: Locator): Promise<void> {
  const letGo = await holdDisk(button.page());
  await button.click();
  await expect(settledChip(button.page())).toHaveCount(0);
  await button.dispatchEvent("click");
  await letGo();
}

test("what is pressed twice is saved once", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await page.locator("a[href='/rounds/unplanned']").click();
  await pressTwice(page.locator("main button.row", { hasText: "门岗与围墙巡逻" }));
  await goToNext(page, "北门岗亭");
  await arrive(page, tags.get("北门岗亭")!, asPrinted);
  await answer(page, "forecourt", { press: "畅通" });
  await page.getByRole("button", { name: "全部正常", exact: true }).click();
  await pressTwice(page.locator(".foot button.main"));
  await expect(page.locator("ol.rows")).toBeVisible();
  await page.locator("nav.navigation a[href='/findings']").click();
  await page.getByRole("link", { name: "上报问题" }).click();
  await page.getByLabel("在哪里？").selectOption({ label: "中央草坪" });
  await page.getByLabel("什么问题？").fill("灯坏了");
  await pressTwice(page.getByRole("button", { name: "上报" }));
  await page.locator("main a.row", { hasText: "灯坏了" }).click();
  await page.getByLabel("怎么处理的？").fill("换了灯泡");
  await pressTwice(page.locator("main form button.main"));
  // It goes once it is saved; until then there may be nothing to send.
  await expect(page.getByLabel("怎么处理的？")).toHaveCount(0);
  await everythingIsSent(page);
  const exported = await community.export();
  expectOneOutcomeEach(exported, { wang: 4 });
  for (const kind of ["round", "visit", "finding"]) expect(findRecords(exported, kind), kind).toHaveLength(1);
});

test("whoever goes elsewhere while something is being saved stays there, and it is saved", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "own");
  await page.goto("/findings/new");
  await page.getByLabel("在哪里？").selectOption({ label: "中央草坪" });
  await page.getByLabel("什么问题？").fill("灯坏了");
  const letGo = await holdDisk(page);
  const send = page.getByRole("button", { name: "上报" });
  await send.click();
  await expect(send).toBeDisabled();
  await expect(settledChip(page), "the chip says that something is being saved").toHaveCount(0);
  await page.locator("nav.navigation a[href='/']").click();
  await expect(page.locator("#now")).toBeVisible();
  await letGo();
  await everythingIsSent(page);
  await expect(page.locator("#now")).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/");
  expect(findRecords(await community.export(), "finding").map((finding) => finding.body.note)).toEqual(["灯坏了"]);
});

test("a tab takes over the sending when the one that did it has crashed", async ({ community, openDevice }) => {
  const first = await openDevice();
  await signInAndEnrol(first, "wang", "shared");
  const opened = first.context().waitForEvent("page");
  await first.evaluate(() => window.open("/", "_blank", "popup,noopener"));
  const second = await opened;
  await unlock(second, "王建国", "2581");
  const crashed = first.waitForEvent("crash");
  const session = await first.context().newCDPSession(first);
  session.send("Page.crash").catch(() => {});
  await crashed;
  await second.locator("nav.navigation a[href='/findings']").click();
  await report(second, "接班后上报");
  await everythingIsSent(second);
  expectOneOutcomeEach(await community.export(), { wang: 1 });
});

/** Lets the browser drop the page's connections to the disk by `window.dropTheDisk()`, as phones do in the background. */
function diskThatIsDropped(): void {
  const open = IDBFactory.prototype.open;
  const databases: IDBDatabase[] = [];
  IDBFactory.prototype.open = function (this: IDBFactory, ...given: [string, number?]) {
    const request = open.apply(this, given);
    request.addEventListener("success", () => databases.push(request.result));
    return request;
  };
  (window as any).dropTheDisk = () => {
    for (const database of databases.splice(0)) database.close();
  };
}

test("a connection to the disk that the browser dropped is opened again, and the save goes on", async ({ community, openDevice }) => {
  const page = await openDevice({ script: diskThatIsDropped });
  await signInAndEnrol(page, "wang", "own");
  await page.locator("nav.navigation a[href='/findings']").click();
  for (const words of ["第一次", "第二次"]) {
    await page.evaluate(() => (window as any).dropTheDisk());
    await report(page, words);
    await expect(chip(page)).not.toHaveAttribute("data-state", "bad");
  }
  await everythingIsSent(page);
  expectOneOutcomeEach(await community.export(), { wang: 2 });
});

/** Lets the page's disk be filled by `window.diskIsFull = true`. */
function diskThatFills(): void {
  for (const name of ["add", "put"] as const) {
    const real = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (this: IDBObjectStore, ...given: [unknown, IDBValidKey?]) {
      if ((window as any).diskIsFull) throw new DOMException("the disk is full", "QuotaExceededError");
      return real.apply(this, given);
    };
  }
}

test("a write that fails says NOT saved, keeps the form, and works when tried again", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice({ script: diskThatFills });
  await signInAndEnrol(page, "wang", "shared");
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  await arrive(page, tags.get("北门岗亭")!, asPrinted);
  await answer(page, "forecourt", { press: "畅通" });
  await answer(page, "barrier", { press: "异常", note: "道闸不落" });
  await page.getByRole("button", { name: "全部正常" }).click();

  await page.evaluate(() => ((window as any).diskIsFull = true));
  await page.locator("#field-note").fill("已改手动放行");
  await expect(chip(page)).toContainText("没有存上");
  await page.locator(".foot button.main").click();
  await expect(page.locator(".foot").getByRole("alert")).toContainText("没有存上");
  await expect(chip(page)).toContainText("没有存上");
  await expect(chip(page)).toHaveAttribute("data-state", "bad");
  await expect(page.locator("h1")).toHaveText("北门岗亭");
  await expect(page.locator("#field-note")).toHaveValue("已改手动放行");
  await expect(item(page, "barrier").locator(".failed textarea").first()).toHaveValue("道闸不落");
  await expect(item(page, "forecourt").getByRole("button", { name: "畅通" })).toHaveAttribute("aria-pressed", "true");

  await page.evaluate(() => ((window as any).diskIsFull = false));
  await done(page);
  await expect(page.locator(".progress-line")).toContainText("1/5");
  await everythingIsSent(page);
  const visits = findRecords(await community.export(), "visit").filter((visit) => visit.body.round === round);
  expect(visits).toHaveLength(1);
  expect(visits[0]!.body.note).toBe("已改手动放行");
  expect(visits[0]!.body.answers).toContainEqual({ item: "barrier", value: "failed", note: "道闸不落" });
});

/** What the browser says it grants; without a number as much as ever. */
async function grant(page: Page, bytes?: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const quotaSize = bytes === undefined ? {} : { quotaSize: bytes };
  await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, ...quotaSize });
}

test("a disk that fills in mid-round loses nothing: the form stays, the outbox is read and sent, and saving goes on", async ({ community, tablet }) => {
  test.setTimeout(180_000);
  const tags = await community.tags();
  let page = await tablet.open();
  await signInAndEnrol(page, "wang", "shared");
  await readyForOffline(page);
  await tablet.hasOnDisk("lamplighter-device");
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await everythingIsSent(page);
  community.cable.cut();
  await goToNext(page, "北门岗亭");
  await arrive(page, tags.get("北门岗亭")!, asPrinted);
  await answer(page, "forecourt", { press: "畅通" });
  await done(page);
  await goToNext(page, "东围墙中段");
  await arrive(page, tags.get("东围墙中段")!, asPrinted);
  await page.getByRole("button", { name: "全部正常" }).click();

  await grant(page, 1);
  // Chromium knows for half a minute how much room there was.
  let letters = 0;
  await expect(async () => {
    await page.locator("#field-note").fill("围墙外有梯子".slice(0, 1 + (letters++ % 6)));
    await expect(chip(page)).toContainText("没有存上：存储已满", { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await page.locator("#field-note").fill("围墙外有梯子");
  await expect(page.locator(".notice")).toContainText("不能再拍照，文字照常保存");
  await page.locator(".foot button.main").click();
  await expect(page.locator(".foot").getByRole("alert")).toContainText("没有存上：存储已满");
  await expect(page.locator("h1")).toHaveText("东围墙中段");
  await expect(page.locator("#field-note")).toHaveValue("围墙外有梯子");

  // What was saved before is read and sent, though the answer cannot be kept.
  await chip(page).click();
  await expect(page.locator("main li", { hasText: "到点记录" })).toHaveCount(1);
  const pushed = page.waitForResponse((response) => response.url().endsWith("/push") && response.status() === 200);
  community.cable.plug();
  await page.getByRole("button", { name: "现在上传" }).click();
  await pushed;

  // The app opens on the full disk, and goes on once there is room.
  await tablet.kill();
  page = await tablet.open();
  await grant(page, 1);
  await unlock(page, "王建国", "2581");
  await grant(page);
  await page.locator("a.card.round", { hasText: "门岗与围墙巡逻" }).click();
  await goToNext(page, "东围墙中段");
  await page.locator("#field-note").fill("围墙外有梯子");
  await done(page);
  await everythingIsSent(page);
  const exported = await community.export();
  const visits = findRecords(exported, "visit").filter((visit) => visit.body.round === round);
  expect(visits.map((visit) => visit.body.note ?? "").sort()).toEqual(["", "围墙外有梯子"]);
  expectOneOutcomeEach(exported, { wang: 3 });
});

const KEEPS_NOTHING = {
  "that has no IndexedDB": () => Object.defineProperty(window, "indexedDB", { value: undefined }),
  "whose IndexedDB refuses to open": () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("not in private mode", "SecurityError");
    };
  },
};
for (const [which, script] of Object.entries(KEEPS_NOTHING)) {
  test(`a browser ${which} is told so before anything can be typed`, async ({ openDevice }) => {
    const page = await openDevice({ script });
    await expect(page.getByText("这个浏览器不能保存数据")).toBeVisible();
    await expect(page.getByText("请关闭隐私（无痕）模式")).toBeVisible();
    await expect(page.locator("input, textarea")).toHaveCount(0);
  });
}

test("half a checkpoint is still there after the battery died", async ({ community, tablet }) => {
  test.setTimeout(180_000);
  const tags = await community.tags();
  let page = await tablet.open();
  await signInAndEnrol(page, "wang", "shared");
  await readyForOffline(page);
  await tablet.hasOnDisk("lamplighter-device");
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  await arrive(page, tags.get("北门岗亭")!, asPrinted);
  await answer(page, "forecourt", { press: "摆卖、聚集", note: "流动摊贩两人，已劝离" });
  await answer(page, "post-staffed", { press: "正常" });
  await page.locator("#field-note").fill("二十二点后再看一次");
  await draftIsKept(page, "二十二点后再看一次");

  await tablet.kill();
  page = await tablet.open();
  await unlock(page, "王建国", "2581");
  await page.locator("a.card.round", { hasText: "门岗与围墙巡逻" }).click();
  await expect(page.getByText("有未完成的草稿")).toBeVisible();
  await goToNext(page, "北门岗亭");
  await expect(page.locator(".arrived")).toContainText("编码到点");
  await expect(page.locator("#field-note")).toHaveValue("二十二点后再看一次");
  await expect(item(page, "forecourt").locator(".failed textarea").first()).toHaveValue("流动摊贩两人，已劝离");
  await expect(item(page, "post-staffed").getByRole("button", { name: "正常" })).toHaveAttribute("aria-pressed", "true");
  await done(page);
  await everythingIsSent(page);
  const visits = findRecords(await community.export(), "visit").filter((visit) => visit.body.round === round);
  expect(visits.map((visit) => visit.body.note)).toEqual(["二十二点后再看一次"]);
});
