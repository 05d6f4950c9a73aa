// What a test starts from: a community of its own on a running server, and devices that reach it by cable.

import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, type BrowserContext, type Page } from "@playwright/test";
import { Cable } from "./cable";
import { setTime } from "./clock";
import { exportAll, Server, tags, type Exported, type Tag } from "./server";
import { Tablet, TABLET } from "./tablet";

export { expect } from "@playwright/test";

export class Community {
  constructor(
    readonly data: string,
    public server: Server,
    readonly cable: Cable,
  ) {}

  get url(): string {
    return this.cable.url;
  }

  tags(): Promise<Map<string, Tag>> {
    return tags(this.data);
  }

  export(): Promise<Exported> {
    return exportAll(this.data);
  }

  /** Starts the server again on the same data and plugs the cable in. */
  async startAgain(): Promise<void> {
    this.server = await Server.start(this.data);
    this.cable.plug(this.server.port);
  }
}

interface DeviceOptions {
  locale?: "zh-CN" | "en-US";
  viewport?: { width: number; height: number };
  path?: string;
  /** Runs in the page before the app does. */
  script?: () => void;
}

interface Given {
  /** A temporary folder that goes with the test. */
  folder: string;
  community: Community;
  /** A fresh browser with the app open. It forgets everything when it is closed. */
  openDevice: (options?: DeviceOptions) => Promise<Page>;
  /** A fresh browser that keeps its profile on disk, so that it can be killed and opened again. */
  tablet: Tablet;
}

interface GivenOnce {
  /** A data folder with the demonstration loaded, to be copied. */
  demo: string;
}

export const test = base.extend<Given, GivenOnce>({
  browser: [
    async ({ browser }, use) => {
      const newContext = browser.newContext.bind(browser);
      browser.newContext = async (options) => setTime(await newContext(options));
      await use(browser);
    },
    { scope: "worker" },
  ],

  demo: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), "lamplighter-demo-"));
      const server = await Server.start(folder);
      await server.stop();
      await use(folder);
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 120_000 },
  ],

  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "lamplighter-test-"));
    await use(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  },

  community: async ({ demo, folder }, use) => {
    const data = join(folder, "data");
    cpSync(demo, data, { recursive: true });
    const server = await Server.start(data);
    const community = new Community(data, server, await Cable.lay(server.port));
    await use(community);
    await community.cable.remove();
    await community.server.kill();
  },

  openDevice: async ({ browser, community }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async ({ locale = "zh-CN", viewport = TABLET, path = "/", script } = {}) => {
      const context = await browser.newContext({
        baseURL: community.url,
        locale,
        viewport,
        timezoneId: "Asia/Shanghai",
        reducedMotion: "reduce",
      });
      contexts.push(context);
      if (script) await context.addInitScript(script);
      const page = await context.newPage();
      await page.goto(path);
      return page;
    });
    for (const context of contexts) await context.close();
  },

  tablet: async ({ community, folder, locale }, use) => {
    const profile = join(folder, "profile");
    mkdirSync(profile);
    const tablet = new Tablet(profile, community.url, locale!);
    await use(tablet);
    await tablet.close();
  },
});
