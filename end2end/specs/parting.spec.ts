// Tablets that part from the community: retired, forgotten by their browser, too old, or used under a name that nothing proves.

import { answer, arrive, asPrinted, chip, done, enrol, everythingIsSent, goToNext, lock, readyForOffline, signIn, signInAndEnrol, startUnplanned } from "../harness/people";
import { picture } from "../harness/pictures";
import { receivesAsTooOld } from "../harness/releases";
import { exportAll, type } from "../harness/server";
import { expect, test } from "../harness/test";
import type { Page } from "@playwright/test";

/** How many things the browser keeps in these stores. */
function kept(page: Page, stores: string[]): Promise<number> {
  return page.evaluate(async (stores) => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const asked = indexedDB.open("lamplighter");
      asked.onsuccess = () => resolve(asked.result);
    });
    const counts = stores.map((store) => new Promise<number>((resolve) => {
      const asked = database.transaction(store).objectStore(store).count();
      asked.onsuccess = () => resolve(asked.result);
    }));
    const sum = (await Promise.all(counts)).reduce((a, b) => a + b, 0);
    database.close();
    return sum;
  }, stores);
}

test("a retired tablet hands over what it had not sent, says so, and holds nothing else any more", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  community.cable.cut();
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  await arrive(page, tags.get("北门岗亭")!, asPrinted);
  await answer(page, "forecourt", { press: "畅通" });
  const device = (await type(community.data, ["device", "list"])).split(" ")[0]!;
  await type(community.data, ["device", "retire", device]);
  community.cable.plug();

  await expect(page.getByRole("heading", { name: "这台设备已停用" })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("没上传的已交给管理处，本机的资料已清除。")).toBeVisible();
  await expect(page.locator("main li", { hasText: "开始任务" })).toHaveCount(1);
  await expect(page.getByText("没填完的 1 份也已交。")).toBeVisible();
  await picture(page, "retired-zh");
  expect(await kept(page, ["records", "drafts", "thumbnails", "photos"])).toBe(0);
  await page.reload();
  await expect(page.getByRole("heading", { name: "这台设备已停用" })).toBeVisible();

  const listed = await type(community.data, ["custody", "list"]);
  expect(listed).toMatch(/round\.started of 王建国/);
  expect(listed).toMatch(/ draft of nobody known/);
  await type(community.data, ["custody", "take", "--all"]);
  const exported = await exportAll(community.data);
  expect(exported.records.filter(({ id }) => id === round)).toHaveLength(1);

  await page.getByRole("link", { name: "登录" }).click();
  await signIn(page, "wang");
  await enrol(page, "shared");
  await everythingIsSent(page);
  expect((await exportAll(community.data)).changes.filter(({ kind }) => kind === "round.started"), "it counts once").toHaveLength(1);
});

test("work under a name that was only picked is marked until its owner says that it was theirs", async ({ community, openDevice }) => {
  const tags = await community.tags();
  await type(community.data, ["user", "add", "fang", "--name", "方新来", "--role", "supervisor", "--password-stdin"], "lantern-by-night\n");
  const page = await openDevice();
  await signInAndEnrol(page, "manager", "shared");
  await expect(page.getByText("我的密码不在这台平板上")).toHaveCount(0);
  await lock(page);
  await expect(page.locator("button.person", { hasText: "方新来" })).toHaveCount(0);
  await readyForOffline(page);
  community.cable.cut();
  await page.reload();
  await page.getByRole("button", { name: "我的密码不在这台平板上" }).click({ timeout: 30_000 });
  await picture(page, "claim-people-zh");
  await page.locator("button.person", { hasText: "方新来" }).click();
  await expect(page.getByText("身份待确认")).toBeVisible();
  await picture(page, "claim-zh");
  await page.getByRole("button", { name: "是我，开始" }).click();
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  await arrive(page, tags.get("北门岗亭")!, asPrinted);
  await answer(page, "forecourt", { press: "畅通" });
  await done(page);
  community.cable.plug();
  await chip(page).click();
  await page.getByRole("button", { name: "现在上传" }).click();
  await everythingIsSent(page);
  const changes = (await exportAll(community.data)).changes.filter(({ username }) => username === "fang");
  expect(changes.length).toBeGreaterThan(1);
  for (const change of changes) expect(change.flags).toContain("identity_claimed");

  const manager = await openDevice({ path: "/sign-in", viewport: { width: 1280, height: 900 } });
  await signInAndEnrol(manager, "manager", "own");
  await manager.goto(`/results/${round}`);
  await expect(manager.getByText("身份待确认").first()).toBeVisible();
  await picture(manager, "claim-story-zh");

  await page.goto("/");
  await lock(page);
  await page.getByRole("link", { name: "用密码登录" }).click();
  await signIn(page, "fang");
  await picture(page, "claim-asked-zh");
  await page.getByRole("button", { name: "是我", exact: true }).click();
  await everythingIsSent(page);
  await expect(manager.getByText("身份待确认")).toHaveCount(0, { timeout: 30_000 });
});

test("a browser that deleted everything says how much never arrived, and managers see it", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  // A contact that reports what waits, and no more.
  community.cable.losePushes();
  await startUnplanned(page, "门岗与围墙巡逻");
  const hello = page.waitForResponse((response) => response.url().endsWith("/hello"));
  await page.reload();
  await hello;
  const browser = await page.context().newCDPSession(page);
  await page.goto("about:blank");
  await browser.send("Storage.clearDataForOrigin", { origin: community.url, storageTypes: "indexeddb,local_storage,cache_storage,service_workers" });
  await page.goto(community.url);
  await signInAndEnrol(page, "wang", "shared");
  await expect(page.getByRole("alert")).toContainText("还有 1 条没上传，没有收到");
  await picture(page, "evicted-zh");
  await page.reload();
  await page.getByRole("button", { name: "知道了" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.reload();
  await expect(page.locator("nav.navigation")).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);

  const manager = await openDevice({ path: "/sign-in", viewport: { width: 1280, height: 900 } });
  await signInAndEnrol(manager, "manager", "own");
  await manager.locator("nav.navigation a[href='/devices']").click();
  await expect(manager.getByText(/浏览器清除了数据，1 条未收到/)).toBeVisible();
  await picture(manager, "evicted-devices-zh");
});

test("an app that is too old sends, says that it must be updated, and does not reload by itself", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  const receiveAgain = await receivesAsTooOld(page);
  const refused = page.waitForResponse((response) => response.url().endsWith("/pull") && response.status() === 426);
  let loads = 0;
  page.on("load", () => (loads += 1));
  await startUnplanned(page, "门岗与围墙巡逻");
  await refused;
  await expect(page.getByRole("alert")).toContainText("这个版本太旧");
  await everythingIsSent(page);
  await picture(page, "too-old-zh");
  expect(loads).toBe(0);
  await receiveAgain();
  await chip(page).click();
  await page.getByRole("button", { name: "现在上传" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
});
