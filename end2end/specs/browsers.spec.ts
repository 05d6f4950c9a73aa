// Browsers that cannot hold the app: each is told so in a sentence, in both languages, before anything can be typed.

import { AxeBuilder } from "@axe-core/playwright";
import { signInAndEnrol } from "../harness/people";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";
import type { Page } from "@playwright/test";

const KEEPS_NOTHING = ["这个浏览器不能保存数据。请关闭隐私（无痕）模式", "Leave private browsing"];
const TOO_OLD = ["请更新到 Chrome 或 Edge 123、Firefox 126、Safari 17.5 以上", "Please update it: Chrome or Edge 123, Firefox 126, Safari 17.5 or newer"];

const LACKING: Record<string, { script: () => void; says: string[] }> = {
  "without WebAssembly": {
    script: () => delete (window as any).WebAssembly,
    says: ["这个浏览器关闭了 WebAssembly", "WebAssembly is turned off here"],
  },
  "of an older engine": {
    script: () => (CSS.supports = () => false),
    says: TOO_OLD,
  },
  "that has never heard of CSS.supports": {
    script: () => delete (window as any).CSS,
    says: TOO_OLD,
  },
  "that promises no strict durability": {
    script: () => delete (IDBTransaction.prototype as any).durability,
    says: TOO_OLD,
  },
  "without service workers": {
    script: () => Object.defineProperty(Navigator.prototype, "serviceWorker", { value: undefined }),
    says: KEEPS_NOTHING,
  },
  "without IndexedDB": {
    script: () => Object.defineProperty(window, "indexedDB", { value: undefined }),
    says: KEEPS_NOTHING,
  },
  "that gives no folder, as Firefox's private windows do": {
    script: () => (StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("private", "SecurityError"))),
    says: KEEPS_NOTHING,
  },
};

async function isTold(page: Page, says: string[]): Promise<void> {
  for (const words of says) await expect(page.getByRole("alert").getByText(words)).toBeVisible();
  await expect(page.locator("input, textarea")).toHaveCount(0);
}

for (const [which, { script, says }] of Object.entries(LACKING)) {
  test(`a browser ${which} is told what to do`, async ({ openDevice }) => {
    const page = await openDevice({ script });
    await isTold(page, says);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
}

test("an engine that understands neither the script nor the style sheet still says what to do", async ({ browser, community }) => {
  const context = await browser.newContext({ baseURL: community.url, serviceWorkers: "block", viewport: { width: 360, height: 640 } });
  const page = await context.newPage();
  await page.route("**/assets/boot-*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "this is no script" }));
  await page.route("**/assets/app-*.css", (route) => route.fulfill({ contentType: "text/css", body: "" }));
  await page.goto("/");
  for (const words of TOO_OLD) await expect(page.getByText(words)).toBeVisible();
  await context.close();
});

test("without JavaScript a sentence says so in both languages", async ({ browser, community }) => {
  const context = await browser.newContext({ baseURL: community.url, javaScriptEnabled: false, viewport: { width: 360, height: 640 } });
  const page = await context.newPage();
  await page.goto("/");
  const sentences = page.locator("noscript p");
  await expect(sentences).toContainText(["掌灯需要 JavaScript", "Lamplighter needs JavaScript"]);
  for (const sentence of await sentences.all()) await expect(sentence).toBeVisible();
  await expect(page.getByText("正在打开")).toBeHidden();
  await picture(page, "no-javascript");
  await context.close();
});

test("an address without https says what is missing, and may be used all the same", async ({ community, browser }) => {
  // A name that is not localhost: no secure origin, as on a network without a certificate.
  const context = await browser.newContext({ locale: "zh-CN", proxy: { server: community.url } });
  const page = await context.newPage();
  await page.goto("http://lamplighter.test/");
  await isTold(page, ["这个地址不是 https", "This address is not https"]);
  await page.getByRole("button", { name: "仍要打开 · Open all the same" }).click();
  await expect(page.locator("#field-username")).toBeVisible();
  await context.close();
});

test("a current browser is told nothing", async ({ openDevice }) => {
  const page = await openDevice();
  await expect(page.locator("#field-username")).toBeVisible();
  await expect(page.locator("#boot")).toHaveCount(0);
  await signInAndEnrol(page, "wang", "own");
});
