// A tablet: a browser with its own profile on disk, which can be killed and opened again.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chromium, expect, type BrowserContext, type Page } from "@playwright/test";
import { wholeBrowser } from "../chromium";
import { setTime } from "./clock";

export const TABLET = { width: 800, height: 1280 };

/** What stands in for the tablet's camera: a film, and whether the person lets the app see it. */
export interface Camera {
  film?: string;
  allowed: boolean;
  /** JavaScript that makes the `BarcodeDetector` which this browser has not. */
  detector?: string;
}

export class Tablet {
  private context?: BrowserContext;

  constructor(
    readonly profile: string,
    private readonly url: string,
    private readonly locale: string,
  ) {}

  get page(): Page {
    return this.context!.pages()[0]!;
  }

  /** Opens the browser on what the profile holds, and the app in it. */
  async open(network: "online" | "offline" = "online", camera?: Camera): Promise<Page> {
    for (const lock of ["SingletonLock", "SingletonSocket", "SingletonCookie"]) {
      rmSync(join(this.profile, lock), { force: true });
    }
    this.context = await chromium.launchPersistentContext(this.profile, {
      ...wholeBrowser,
      args: [...wholeBrowser.args, ...cameraArgs(camera)],
      permissions: camera?.allowed ? ["camera"] : [],
      // What a service worker has kept cannot be changed on its way.
      serviceWorkers: camera?.detector ? "block" : "allow",
      viewport: TABLET,
      locale: this.locale,
      timezoneId: "Asia/Shanghai",
      reducedMotion: "reduce",
    });
    await setTime(this.context);
    await this.context.setOffline(network === "offline");
    if (camera?.allowed === false) await this.forbidCamera();
    if (camera?.detector) await this.giveToScanner(camera.detector);
    await this.page.goto(this.url);
    return this.page;
  }

  async goOffline(): Promise<void> {
    await this.context!.setOffline(true);
  }

  async goOnline(): Promise<void> {
    await this.context!.setOffline(false);
  }

  /**
   * Waits until the browser has this cookie on its disk. It keeps new ones in memory for up to half a minute, or until there
   * are more than 512.
   */
  async hasOnDisk(cookie: string): Promise<void> {
    const more = Array.from({ length: 600 }, (_, n) => ({ name: "more", value: "-", url: `http://${n}.example` }));
    await this.context!.addCookies(more);
    const files = ["Cookies", "Cookies-wal"].map((name) => join(this.profile, "Default", name));
    const isThere = () => files.some((file) => existsSync(file) && readFileSync(file).includes(cookie));
    await expect.poll(isThere, { message: `${cookie} is on disk`, timeout: 60_000, intervals: [100] }).toBe(true);
  }

  /** Ends the browser at once, as an empty battery does. */
  async kill(): Promise<void> {
    const closed = this.context!.waitForEvent("close");
    process.kill(this.mainProcess(), "SIGKILL");
    await closed;
    await expect.poll(() => this.processes().length, { message: "the killed browser is gone" }).toBe(0);
  }

  async close(): Promise<void> {
    await this.context?.close();
  }

  private async giveToScanner(detector: string): Promise<void> {
    await this.context!.route("**/assets/scanner-worker-*.js", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: detector + (await response.text()) });
    });
  }

  private async forbidCamera(): Promise<void> {
    const browser = await this.context!.newCDPSession(this.page);
    await browser.send("Browser.setPermission", { permission: { name: "camera" }, setting: "denied" });
  }

  private mainProcess(): number {
    const main = this.processes().find(({ line }) => !line.some((word) => word.startsWith("--type=")));
    if (!main) throw new Error(`no browser runs on ${this.profile}`);
    return main.pid;
  }

  private processes(): { pid: number; line: string[] }[] {
    const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return all.flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return line.includes(`--user-data-dir=${this.profile}`) ? [{ pid: Number(pid), line }] : [];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
  }
}

function cameraArgs(camera?: Camera): string[] {
  return camera?.film ? ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${camera.film}`] : [];
}
