// Tags scanned with a camera, which is a film here: what is in view, and what opens.

import { AxeBuilder } from "@axe-core/playwright";
import { answer, done, everythingIsSent, goToNext, readyForOffline, signInAndEnrol, startUnplanned } from "../harness/people";
import { film as write, type View } from "../harness/film";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { Tag } from "../harness/server";
import type { Tablet } from "../harness/tablet";

const GATES = "门岗与围墙巡逻";
const [NORTH, EAST, SOUTH, POOL] = ["北门岗亭", "东围墙中段", "南门岗亭", "室内游泳池"] as const;

type Tags = Map<string, Tag>;
const label = (tags: Tags, name: string) => tags.get(name)!.content;

/** What the tablet's camera sees from its next start on. */
const film = (folder: string, view: View) => write(join(folder, "camera.y4m"), view);

/** Signs in on a tablet whose camera sees this, and starts a round. */
async function walkWith(tablet: Tablet, folder: string, view: View, detector?: string): Promise<Page> {
  film(folder, view);
  const page = await tablet.open("online", { film: join(folder, "camera.y4m"), allowed: true, detector });
  await signInAndEnrol(page, "wang", "shared");
  await startUnplanned(page, GATES);
  return page;
}

const scanner = (page: Page) => page.getByRole("dialog");

async function scan(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^扫码/ }).click();
}

/** The checklist of this checkpoint is open, by its tag, and the camera is off. */
async function expectArrived(page: Page, name: string): Promise<void> {
  await expect(page.locator(".arrived")).toContainText("标签到点");
  await expect(page.locator("h1")).toHaveText(name);
  await expect(page.locator("li.item").first()).toBeVisible();
  await expect(scanner(page)).toHaveCount(0);
}

const VIEWS: [string, (tags: Tags) => View][] = [
  ["sharp", (tags) => ({ labels: [{ text: label(tags, NORTH) }] })],
  ["small", (tags) => ({ labels: [{ text: label(tags, NORTH), edge: 0.35, x: 0.3, y: -0.1 }] })],
  ["blurred", (tags) => ({ labels: [{ text: label(tags, NORTH) }], blurred: 3 })],
  ["tilted", (tags) => ({ labels: [{ text: label(tags, NORTH), turned: 24, leaning: 0.35 }] })],
  ["dark", (tags) => ({ labels: [{ text: label(tags, NORTH) }], light: 0.1 })],
  [
    "next to a code that is not ours",
    (tags) => ({ labels: [{ text: label(tags, NORTH), edge: 0.6, x: -0.4 }, { text: "https://example.com/pay?to=me", edge: 0.5, x: 0.4 }] }),
  ],
  [
    "next to another place's tag",
    (tags) => ({ labels: [{ text: label(tags, NORTH), edge: 0.65, x: -0.42 }, { text: label(tags, POOL), edge: 0.65, x: 0.42 }] }),
  ],
];

test("a tag in view opens its checklist, however it is seen", async ({ community, folder, tablet }) => {
  test.setTimeout(240_000);
  const tags = await community.tags();
  const page = await walkWith(tablet, folder, { labels: [] });
  for (const [how, view] of VIEWS) {
    await test.step(how, async () => {
      film(folder, view(tags));
      await scan(page);
      await expectArrived(page, NORTH);
      await page.locator("a.back").click();
      await expect(page.locator("ol.rows")).toBeVisible();
    });
  }
});

test("a scanned tag is the proof of the visit", async ({ community, folder, tablet }) => {
  const tags = await community.tags();
  const page = await walkWith(tablet, folder, { labels: [{ text: label(tags, NORTH) }] });
  await goToNext(page, NORTH);
  await scan(page);
  await expectArrived(page, NORTH);
  await expect(page.locator("h1")).toBeFocused();
  await answer(page, "forecourt", { press: "畅通" });
  await done(page);
  await everythingIsSent(page);
  const { records } = await community.export();
  expect(records.find((record) => record.kind === "visit")!.body.proof).toEqual({ kind: "tag", issue: 1 });
});

test("with two tags of the round in view it asks to get closer to one", async ({ community, folder, tablet }) => {
  const tags = await community.tags();
  const [one, other] = [label(tags, NORTH), label(tags, EAST)];
  const page = await walkWith(tablet, folder, { labels: [{ text: one, edge: 0.65, x: -0.42 }, { text: other, edge: 0.65, x: 0.42 }] });
  await scan(page);
  await expect(scanner(page)).toContainText("看到了几个标签。请靠近其中一个。");
  // On the page of one of them there is no doubt which is meant.
  await page.keyboard.press("Escape");
  await goToNext(page, NORTH);
  await scan(page);
  await expectArrived(page, NORTH);
});

test("any tag of the round opens its checkpoint; at another checkpoint it says whose it is and leads there", async ({ community, folder, tablet }) => {
  const page = await walkWith(tablet, folder, { labels: [{ text: label(await community.tags(), SOUTH) }] });
  await scan(page);
  await expectArrived(page, SOUTH);
  await page.locator("a.back").click();
  await goToNext(page, NORTH);
  await scan(page);
  await expect(scanner(page)).toContainText("这是“南门岗亭”的标签。");
  await scanner(page).getByRole("button", { name: "去“南门岗亭”" }).click();
  await expect(page.locator("h1")).toHaveText(SOUTH);
  await expect(scanner(page)).toHaveCount(0);
});

const REFUSED: [string, (tags: Tags) => string, string][] = [
  ["not ours", () => "https://example.com/pay?to=me", "这不是巡查点的标签。请扫巡查点上的标签。"],
  ["a typed code", (tags) => tags.get(NORTH)!.short_code, "这不是巡查点的标签。请扫巡查点上的标签。"],
  ["forged", (tags) => label(tags, NORTH).replace(/.$/, (last) => (last === "0" ? "1" : "0")), "这个标签不是本小区发的。请报告主管。"],
  ["of another route", (tags) => label(tags, POOL), "这是“室内游泳池”的标签。 不在这条路线上。"],
];

test("a code that is no tag of this round says so, and scanning goes on", async ({ community, folder, tablet }) => {
  test.setTimeout(240_000);
  const tags = await community.tags();
  const page = await walkWith(tablet, folder, { labels: [] });
  for (const [what, text, sentence] of REFUSED) {
    await test.step(what, async () => {
      film(folder, { labels: [{ text: text(tags) }] });
      await scan(page);
      await expect(scanner(page).getByRole("status")).toHaveText(sentence);
      await expect(page.locator("video")).toHaveJSProperty("paused", false);
      await expect(page.locator(".arrived")).toHaveCount(0);
      if (what === "not ours") {
        await picture(page, "scan-not-ours");
        const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
        expect(violations).toEqual([]);
      }
      await page.keyboard.press("Escape");
      await expect(scanner(page)).toHaveCount(0);
      await expect(page.getByRole("button", { name: /^扫码/ })).toBeFocused();
    });
  }
});

test("the camera's light is on only while its picture is shown", async ({ folder, tablet }) => {
  const page = await walkWith(tablet, folder, { labels: [] });
  await page.evaluate(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const tracks: MediaStreamTrack[] = [];
    Object.assign(window, { tracks });
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await open(wanted);
      tracks.push(...stream.getTracks());
      return stream;
    };
  });
  const states = () => page.evaluate(() => (window as unknown as { tracks: MediaStreamTrack[] }).tracks.map((track) => track.readyState));
  await scan(page);
  await expect(scanner(page)).toContainText("把二维码放进框里");
  expect(await states()).toEqual(["live"]);
  await picture(page, "scan");
  const hide = (state: string) =>
    page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await hide("hidden");
  await expect.poll(states).toEqual(["ended"]);
  await hide("visible");
  await expect.poll(states).toEqual(["ended", "live"]);
  await scanner(page).getByRole("button", { name: "关闭" }).click();
  await expect.poll(states).toEqual(["ended", "ended"]);
});

const detector = (detect: string) => `self.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(frame) { ${detect} }
};\n`;

test("where the browser has a detector of its own, that reads", async ({ community, folder, tablet }) => {
  const seen = JSON.stringify([{ rawValue: label(await community.tags(), NORTH) }]);
  const page = await walkWith(tablet, folder, { labels: [] }, detector(`return ${seen};`));
  await scan(page);
  await expectArrived(page, NORTH);
});

test("where the browser's detector does not work, ours reads", async ({ community, folder, tablet }) => {
  const view = { labels: [{ text: label(await community.tags(), NORTH) }] };
  const page = await walkWith(tablet, folder, view, detector("throw new DOMException('no service', 'NotSupportedError');"));
  await scan(page);
  await expectArrived(page, NORTH);
});

test("without a network scanning works", async ({ community, folder, tablet }) => {
  const page = await walkWith(tablet, folder, { labels: [{ text: label(await community.tags(), NORTH) }] });
  await readyForOffline(page);
  await community.server.stop();
  await page.reload();
  await scan(page);
  await expectArrived(page, NORTH);
});

const NO_CAMERA = [
  ["refused", { has: true, allowed: false }, "没有使用相机的权限"],
  ["missing", { has: false, allowed: true }, "这台设备没有相机"],
] as const;

for (const [why, { has, allowed }, sentence] of NO_CAMERA) {
  test(`with the camera ${why} one arrives by hand with a reason`, async ({ community, folder, tablet }) => {
    if (has) film(folder, { labels: [{ text: label(await community.tags(), NORTH) }] });
    const page = await tablet.open("online", { film: has ? join(folder, "camera.y4m") : undefined, allowed });
    await signInAndEnrol(page, "wang", "shared");
    await startUnplanned(page, GATES);
    await scan(page);
    await expect(scanner(page).getByRole("status")).toContainText(sentence);
    await picture(page, `scan-${why}`);
    await scanner(page).getByRole("button", { name: "扫不了？手动到点" }).click();
    await expect(page.locator("h1")).toHaveText(NORTH);
    await scan(page);
    await expect(scanner(page).getByRole("status")).toContainText(sentence);
    await scanner(page).getByRole("button", { name: "扫不了？手动到点" }).click();
    await page.getByRole("button", { name: "标签不见了" }).click();
    await page.getByRole("button", { name: "手动到点", exact: true }).click();
    await expect(page.locator(".arrived")).toContainText("手动到点 · 标签不见了");
  });
}
