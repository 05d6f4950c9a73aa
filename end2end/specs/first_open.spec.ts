// What a first open of the app costs over the wire.

import { wholeBrowser } from "../chromium";
import { readyForOffline, signInAndEnrol } from "../harness/people";
import { expect, test } from "../harness/test";

// With what the engine alone does not ask for, such as the icon.
test.use({ launchOptions: wholeBrowser });

const REQUESTS_MOST = 15;
const BYTES_MOST = 460_000;

test("a first open shows the sign-in within 15 requests and 460 KB", async ({ browser, community }) => {
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  const sent: { id: string; url: string; encoding: string; bytes: number }[] = [];
  network.on("Network.responseReceived", ({ requestId, response }) =>
    sent.push({ id: requestId, url: response.url, encoding: response.headers["content-encoding"] ?? "none", bytes: 0 }),
  );
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    for (const one of sent) if (one.id === requestId) one.bytes = encodedDataLength;
  });
  // Browsers take brotli from secure origins and from localhost only.
  await page.goto(community.url.replace("127.0.0.1", "localhost"));
  await expect(page.locator("#field-username")).toBeVisible();
  await page.waitForLoadState("load");

  const bytes = sent.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of sent) console.log(`${String(one.bytes).padStart(8)}  ${one.encoding.padEnd(5)} ${new URL(one.url).pathname}`);
  console.log(`${sent.length} requests, ${bytes} bytes`);
  await readyForOffline(page);
  console.log(`${community.cable.carried} bytes in all once the release is kept for offline use`);
  expect(sent.find((one) => one.url.endsWith(".wasm"))?.encoding).toBe("br");
  expect(sent.length).toBeLessThanOrEqual(REQUESTS_MOST);
  expect(bytes).toBeLessThanOrEqual(BYTES_MOST);
  await context.close();
});

test("a warm start fetches no file of the site again, and offline nothing at all", async ({ community, tablet }) => {
  test.setTimeout(180_000);
  let page = await tablet.open();
  await signInAndEnrol(page, "wang", "own");
  await readyForOffline(page);
  await tablet.hasOnDisk("lamplighter-device");
  for (const network of ["online", "offline"] as const) {
    await tablet.close();
    if (network === "offline") community.cable.cut();
    const before = community.cable.carried;
    page = await tablet.open(network);
    await expect(page.locator("#now")).toBeVisible();
    const { shown, requests } = await page.evaluate(() => ({
      shown: Math.round(performance.now()),
      requests: performance.getEntries().filter((entry) => entry.entryType === "navigation" || entry.entryType === "resource").length,
    }));
    const bytes = community.cable.carried - before;
    console.log(`warm start ${network}: Today after ${shown} ms, ${requests} requests, ${bytes} bytes over the network`);
    // No file of the site comes over the network again.
    expect(bytes).toBeLessThan(network === "offline" ? 1 : 20_000);
  }
});
