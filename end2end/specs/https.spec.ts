// HTTPS on a network without a public name: the document's own CA, trusted as the document says, in a browser that
// checks certificates as on any tablet.

import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type BrowserContext } from "@playwright/test";
import { wholeBrowser } from "../chromium";
import { setTime } from "../harness/clock";
import { commandsWith, type } from "../harness/document";
import { chip, everythingIsSent, readyForOffline, signInAndEnrol } from "../harness/people";
import { Server } from "../harness/server";
import { expect, test as base } from "../harness/test";

const NAME = "lamplighter.lan";
const OTHER = "bank.lan";
const MAKE = commandsWith("ca.key").replace("192.168.1.20", "127.0.0.1");
const [, MAKE_FOR_SERVER] = MAKE.split(/^# The server's certificate.*$/m);
const TRUST = commandsWith("nssdb");

interface Given {
  /** A browser of somebody whose home folder is this one. */
  browserAt: (home: string) => Promise<BrowserContext>;
}

const test = base.extend<Given>({
  browserAt: async ({ folder }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (home) => {
      const context = await chromium.launchPersistentContext(join(folder, home, "profile"), {
        ...wholeBrowser,
        args: [
          ...wholeBrowser.args,
          "--host-resolver-rules=MAP *.lan 127.0.0.1",
          "--use-fake-device-for-media-stream",
          "--use-fake-ui-for-media-stream",
        ],
        env: { ...process.env, HOME: join(folder, home) } as Record<string, string>,
        locale: "zh-CN",
      });
      opened.push(context);
      return setTime(context);
    });
    for (const context of opened) await context.close();
  },
});

test("over HTTPS with a CA of one's own there are the camera, secure cookies and the offline start", async ({ folder, demo, browserAt }) => {
  prepare(folder, demo);
  const server = await secured(folder);
  const address = `https://${NAME}:${server.port}`;

  const browser = await browserAt("home");
  const page = browser.pages()[0]!;
  await page.goto(address);
  await signInAndEnrol(page, "manager", "own");
  for (const cookie of await browser.cookies()) expect(cookie, cookie.name).toMatchObject({ secure: true, httpOnly: true });
  expect((await browser.cookies()).map(({ name }) => name).sort()).toEqual(["__Host-lamplighter-device", "__Host-lamplighter-session"]);
  await readyForOffline(page);
  expect(await page.evaluate(() => [isSecureContext, navigator.serviceWorker.controller?.scriptURL])).toEqual([true, `${address}/service-worker.js`]);
  const tracks = await page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    return stream.getVideoTracks().map((track) => track.readyState);
  });
  expect(tracks).toEqual(["live"]);

  await server.stop();
  await page.reload();
  await expect(page.locator("#now")).toBeVisible();
  await page.locator("nav.navigation a[href='/findings']").click();
  await expect(page).toHaveURL(`${address}/findings`);
  await expect(chip(page)).toBeVisible();

  // As an app of 0.1.0 left it: something saved, and cookies under the names of then.
  await page.goto(`${address}/findings/new`);
  await page.locator("#field-place").selectOption({ index: 3 });
  await page.locator("#field-note").fill("积水");
  await page.locator("form button[type=submit]").click();
  await expect(page).toHaveURL(`${address}/findings`);
  const cookies = await browser.cookies();
  await browser.clearCookies();
  await browser.addCookies(cookies.map((cookie) => ({ ...cookie, name: cookie.name.replace("__Host-", "") })));
  const again = await secured(folder, "--port", String(server.port));
  await everythingIsSent(page);
  expect((await browser.cookies()).map(({ name }) => name).sort()).toEqual(["__Host-lamplighter-device", "__Host-lamplighter-session"]);
  await again.kill();
});

test("without the CA the browser refuses, and the CA vouches for no other name", async ({ folder, demo, browserAt }) => {
  prepare(folder, demo);
  const server = await secured(folder);
  const stranger = (await browserAt("stranger")).pages()[0]!;
  await expect(stranger.goto(`https://${NAME}:${server.port}`)).rejects.toThrow("ERR_CERT_AUTHORITY_INVALID");

  const page = (await browserAt("home")).pages()[0]!;
  await page.goto(`https://${NAME}:${server.port}`);
  await expect(page.locator("#field-username")).toBeVisible();
  await server.stop();

  type(`NAME=${OTHER}\nIP=127.0.0.1\n${MAKE_FOR_SERVER}`, folder);
  const other = await secured(folder);
  await expect(page.goto(`https://${OTHER}:${other.port}`)).rejects.toThrow("ERR_CERT");
  await other.kill();
});

/** Makes a CA and the server's certificate, trusts it at home, and copies the demonstration. */
function prepare(folder: string, demo: string): void {
  type(MAKE, folder);
  const home = join(folder, "home");
  mkdirSync(home);
  cpSync(join(folder, "ca.crt"), join(home, "ca.crt"));
  type(TRUST, home, { HOME: home });
  cpSync(demo, join(folder, "data"), { recursive: true });
}

function secured(folder: string, ...more: string[]): Promise<Server> {
  return Server.start(join(folder, "data"), ...more, "--tls-cert", join(folder, "server.crt"), "--tls-key", join(folder, "server.key"));
}
