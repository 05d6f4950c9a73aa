// The device itself: on the home screen, awake on a round, its room, and its colours.

import { AxeBuilder } from "@axe-core/playwright";
import { goToNext, readyForOffline, signInAndEnrol, startUnplanned } from "../harness/people";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";
import type { Page } from "@playwright/test";

async function settings(page: Page): Promise<void> {
  await page.locator("nav.navigation a[href='/settings']").click();
  await expect(page.locator("h1")).toHaveText(/设置|Settings/);
}

async function isAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.html) }))).toEqual([]);
}

test("Chromium takes it for an app that can be installed", async ({ tablet }) => {
  const page = await tablet.open();
  await readyForOffline(page);
  const session = await page.context().newCDPSession(page);
  const { errors, data } = await session.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  expect(JSON.parse(data!)).toMatchObject({ id: "/", display: "standalone", start_url: "/" });
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  expect(installabilityErrors).toEqual([]);
});

test("Settings asks the browser to install, once it offers to", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "own");
  await settings(page);
  await expect(page.getByText("在浏览器菜单中选“安装”或“添加到主屏幕”。")).toBeVisible();
  await page.evaluate(() => {
    const offer = new Event("beforeinstallprompt", { cancelable: true });
    (offer as any).prompt = async () => ({ outcome: "accepted" });
    window.dispatchEvent(offer);
  });
  await page.getByRole("link", { name: "今日" }).click();
  await settings(page);
  await page.getByRole("button", { name: "安装到主屏幕" }).click();
  await expect(page.getByText("已安装：从主屏幕打开")).toBeVisible();
});

test("an iPhone is told where its share menu has it", async ({ openDevice }) => {
  const page = await openDevice({ locale: "en-US", script: () => Object.defineProperty(Navigator.prototype, "standalone", { value: false }) });
  await signInAndEnrol(page, "wang", "own");
  await settings(page);
  await expect(page.getByText("In Safari tap Share, then Add to Home Screen.")).toBeVisible();
});

/** Remembers what the browser granted. */
function watchWakeLocks(): void {
  const request = WakeLock.prototype.request;
  (window as any).locks = [];
  WakeLock.prototype.request = async function (this: WakeLock, kind?: "screen") {
    const lock = await request.call(this, kind);
    (window as any).locks.push(lock);
    return lock;
  };
}

const awake = (page: Page) => page.evaluate(() => (window as any).locks.filter((lock: WakeLockSentinel) => !lock.released).length);

test("the screen stays awake during a round and sleeps elsewhere", async ({ openDevice }) => {
  const page = await openDevice({ script: watchWakeLocks });
  await page.context().grantPermissions(["screen-wake-lock" as never]).catch(() => {});
  await signInAndEnrol(page, "wang", "shared");
  expect(await awake(page)).toBe(0);
  await startUnplanned(page, "门岗与围墙巡逻");
  await expect.poll(() => awake(page)).toBe(1);
  await goToNext(page, "北门岗亭");
  expect(await awake(page)).toBe(1);

  // A hidden page loses the lock; it is asked for again when the page is seen again.
  await page.evaluate(async () => {
    for (const lock of (window as any).locks) await lock.release();
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(() => awake(page)).toBe(1);
  await settings(page);
  await expect.poll(() => awake(page)).toBe(0);
});

test("a browser that cannot stay awake walks rounds as well", async ({ openDevice }) => {
  const page = await openDevice({ script: () => delete (Navigator.prototype as any).wakeLock });
  await signInAndEnrol(page, "wang", "shared");
  await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
});

/** The browser says what it would say with so many bytes used: Chromium always grants ten gigabytes more. */
function sayUsed(): void {
  StorageManager.prototype.estimate = async () => {
    const usage = Number(localStorage.getItem("test.used") ?? 0);
    return { usage, quota: usage + 10 * 1024 ** 3 };
  };
}

test("people are warned at 70 % of the room, and told at 85 % that photos end", async ({ openDevice }) => {
  const page = await openDevice({ script: sayUsed });
  await signInAndEnrol(page, "wang", "own");
  await settings(page);
  for (const [used, room, notice] of [
    [699_000_000, "已用 699 MB，还可用 301 MB。", null],
    [700_000_000, "已用 700 MB，还可用 300 MB。", "本机存储快满了"],
    [849_000_000, "已用 849 MB，还可用 151 MB。", "本机存储快满了"],
    [850_000_000, "已用 850 MB，还可用 150 MB。", "不能再拍照，文字照常保存"],
    [1_200_000_000, "已用 1.2 GB，还可用 不到 1 MB。", "不能再拍照，文字照常保存"],
  ] as const) {
    await page.evaluate((used) => localStorage.setItem("test.used", String(used)), used);
    await page.reload();
    await expect(page.getByText(room)).toBeVisible();
    if (notice) {
      await expect(page.locator(".notice")).toContainText(notice);
      await isAccessible(page);
      await picture(page, `room-${used}`);
    } else {
      await expect(page.locator(".notice")).toHaveCount(0);
    }
  }
});

test("a browser that says nothing of its room shows nothing and warns of nothing", async ({ openDevice }) => {
  const page = await openDevice({ script: () => delete (StorageManager.prototype as any).estimate });
  await signInAndEnrol(page, "wang", "own");
  await settings(page);
  await expect(page.getByText("浏览器没有承诺保留本机数据")).toBeVisible();
  await expect(page.locator(".notice")).toHaveCount(0);
});

test("Settings says whether the browser promises to keep the data", async ({ tablet }) => {
  const page = await tablet.open();
  await signInAndEnrol(page, "wang", "own");
  await settings(page);
  await expect(page.getByText("浏览器没有承诺保留本机数据")).toBeVisible();
  const session = await page.context().newCDPSession(page);
  await session.send("Browser.grantPermissions" as never, { permissions: ["durableStorage"] } as never);
  // Asked again at every start once the device is enrolled.
  await page.reload();
  await expect.poll(() => page.evaluate(() => navigator.storage.persisted())).toBe(true);
  await page.getByRole("link", { name: "今日" }).click();
  await settings(page);
  await expect(page.getByText("浏览器已承诺保留本机数据")).toBeVisible();
});

test("nobody is asked to keep data before the device is enrolled", async ({ openDevice }) => {
  const page = await openDevice({
    script: () => {
      (window as any).asked = 0;
      const persist = StorageManager.prototype.persist;
      StorageManager.prototype.persist = function (this: StorageManager) {
        (window as any).asked += 1;
        return persist.call(this);
      };
    },
  });
  await expect(page.locator("#field-username")).toBeVisible();
  expect(await page.evaluate(() => (window as any).asked)).toBe(0);
  await signInAndEnrol(page, "wang", "own");
  expect(await page.evaluate(() => (window as any).asked)).toBe(1);
});

/** The colour that the browser gives to its bars. */
const barColour = (page: Page) =>
  page.evaluate(() => [...document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")].find((meta) => matchMedia(meta.media).matches)!.content);

test("the browser's bars follow the chosen theme, in every tab", async ({ openDevice }) => {
  const page = await openDevice();
  await page.emulateMedia({ colorScheme: "light" });
  await signInAndEnrol(page, "wang", "own");
  const other = await page.context().newPage();
  await other.emulateMedia({ colorScheme: "light" });
  await other.goto("/");
  await settings(page);
  for (const [name, colour] of [
    ["夜间", "#000"],
    ["强光", "#fff"],
    ["浅色", "#f7f4ee"],
    ["跟随系统", "#f7f4ee"],
  ] as const) {
    await page.getByRole("button", { name, exact: true }).click();
    for (const tab of [page, other]) {
      await expect.poll(() => barColour(tab), { message: name }).toBe(colour);
      const surface = await tab.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      expect(surface).toBe({ "#000": "rgb(0, 0, 0)", "#fff": "rgb(255, 255, 255)", "#f7f4ee": "rgb(247, 244, 238)" }[colour]);
    }
  }
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await barColour(page)).toBe("#000");
});

test("at night nothing is white, not even before the app is there", async ({ browser, community }) => {
  const context = await browser.newContext({ baseURL: community.url, colorScheme: "light", serviceWorkers: "block" });
  await context.addInitScript(() => localStorage.setItem("lamplighter.theme", '"night"'));
  const page = await context.newPage();
  await page.route("**/*.wasm", () => {});
  await page.goto("/");
  await expect(page.getByText("正在打开")).toBeVisible();
  expect(await page.locator("meta[name=color-scheme]").getAttribute("content")).toBe("dark");
  const seen = (await page.screenshot()).toString("base64");
  const lightest = await page.evaluate(async (seen) => {
    const image = new Image();
    image.src = `data:image/png;base64,${seen}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, 20];
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0);
    return Math.max(...context.getImageData(0, 0, image.width, 20).data.filter((_, i) => i % 4 !== 3));
  }, seen);
  expect(lightest).toBe(0);
  await context.close();
});
