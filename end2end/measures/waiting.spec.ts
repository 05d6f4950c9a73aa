// How long a person waits, in the browser's own clock.

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { film } from "../harness/film";
import { arrive, asPrinted, done, enrol, everythingIsSent, finish, goToNext, item, readyForOffline, signIn, signInAndEnrol, startUnplanned } from "../harness/people";
import { photograph } from "../harness/photographs";
import { load } from "../harness/server";
import { expect, test } from "../harness/test";

const GATES = ["北门岗亭", "东围墙中段", "南门岗亭", "车库出入口道闸", "西围墙中段"];

function spread(figures: number[]): string {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(0);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, ${at(0)} to ${at(1)} ms, n = ${figures.length}`;
}

/** Watches for the next press on `pressed`, and gives the milliseconds until `seen` stands on the page. */
async function watch(page: Page, pressed: string, seen: string): Promise<() => Promise<number>> {
  await page.evaluate(
    ([pressed, seen]) => {
      const times = { pressed: 0, seen: 0 };
      (window as any).times = times;
      const note = (event: Event) => {
        if ((event.target as Element).closest(pressed!)) times.pressed ||= performance.now();
      };
      addEventListener("click", note, { capture: true });
      const look = () => {
        if (times.pressed && document.querySelector(seen!)) times.seen = performance.now();
        else requestAnimationFrame(look);
      };
      look();
    },
    [pressed, seen],
  );
  return async () => {
    await page.waitForFunction(() => (window as any).times.seen > 0);
    return page.evaluate(() => (window as any).times.seen - (window as any).times.pressed);
  };
}

async function answerAll(page: Page): Promise<void> {
  const forecourt = item(page, "forecourt").getByRole("button", { name: "畅通" });
  if (await forecourt.count()) await forecourt.click();
  const rest = page.getByRole("button", { name: "全部正常", exact: true });
  if (await rest.isVisible()) await rest.click();
}

test("from the tap to saved, on a processor four times slower, without and with a photo", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  const picture = await photograph(page, "门", 2400, 1800);
  const slow = await page.context().newCDPSession(page);
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  for (const photos of ["without", "with"]) {
    const figures: number[] = [];
    for (let round = 0; round < 4; round++) {
      await startUnplanned(page, "门岗与围墙巡逻");
      for (const gate of GATES) {
        await goToNext(page, gate);
        await arrive(page, tags.get(gate)!, asPrinted);
        await answerAll(page);
        if (photos === "with") {
          const first = page.locator(".item:not([hidden])").first();
          await first.locator("button.more").click();
          await first.locator("input[type=file]").last().setInputFiles(picture);
          await expect(first.locator(".photos img")).toBeVisible();
        }
        const took = await watch(page, ".foot button.main", "ol.rows");
        await page.locator(".foot button.main").click();
        figures.push(await took());
      }
      await finish(page);
    }
    console.log(`tap to saved at 4x, ${photos} a photo: ${spread(figures)}`);
  }
});

test("the app started again, with and without a network", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "own");
  await readyForOffline(page);
  // What was pulled is shown before it is on the disk.
  const kept = () =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const opened = indexedDB.open("lamplighter");
          opened.onsuccess = () => {
            const count = opened.result.transaction("records").objectStore("records").count();
            count.onsuccess = () => {
              opened.result.close();
              resolve(count.result);
            };
          };
        }),
    );
  await expect.poll(kept).toBeGreaterThan(0);
  for (const network of ["online", "offline"]) {
    if (network === "offline") community.cable.cut();
    const figures: number[] = [];
    const before = community.cable.carried;
    for (let n = 0; n < 10; n++) {
      await page.reload({ waitUntil: "commit" });
      const shown = () => (document.querySelector("#now") ? performance.now() : 0);
      figures.push(await (await page.waitForFunction(shown, undefined, { polling: "raf" })).jsonValue());
    }
    const bytes = (community.cable.carried - before) / figures.length;
    console.log(`warm start ${network}: ${spread(figures)}, ${bytes.toFixed(0)} bytes from the server each`);
  }
});

test("from the camera's first picture of a tag to its checklist", async ({ folder, community, tablet }) => {
  const path = join(folder, "camera.y4m");
  film(path, { labels: [{ text: (await community.tags()).get(GATES[0]!)!.content }] });
  const page = await tablet.open("online", { film: path, allowed: true });
  await page.evaluate(() => {
    document.addEventListener("playing", () => performance.mark("picture"), true);
    const checklist = new MutationObserver(() => {
      if (document.querySelector(".arrived ~ ul, .arrived ~ ol")) performance.mark("checklist");
    });
    checklist.observe(document.body, { childList: true, subtree: true });
  });
  await signInAndEnrol(page, "wang", "shared");
  await startUnplanned(page, "门岗与围墙巡逻");
  const figures: number[] = [];
  for (let scan = 0; scan < 10; scan++) {
    await page.getByRole("button", { name: /^扫码/ }).click();
    await expect(page.locator("li.item").first()).toBeVisible();
    const taken = await page.evaluate(() => {
      const picture = performance.getEntriesByName("picture").at(-1)!.startTime;
      return performance.getEntriesByName("checklist").find((mark) => mark.startTime > picture)!.startTime - picture;
    });
    figures.push(taken);
    await page.locator("a.back").click();
    await expect(page.locator("ol.rows")).toBeVisible();
  }
  console.log(`first picture to checklist: ${spread(figures)}`);
});

test("a round of sixty checkpoints is opened", async ({ folder, community, openDevice }) => {
  const starter = join(folder, "starter");
  cpSync(fileURLToPath(new URL("../../starter", import.meta.url)), starter, { recursive: true });
  const places = readFileSync(join(starter, "community.toml"), "utf8").split("[[checkpoint]]").slice(1, 61);
  const keys = places.map((place) => /key = "([^"]+)"/.exec(place)![1]!);
  const stops = keys.map((key) => `[[route.stop]]\ncheckpoint = "${key}"\nchecklist = "patrol-point"\n`);
  const words = '{ zh = "六十个点", en = "Sixty stops" }';
  const route = `[[route]]\nkey = "sixty"\nname = ${words}\norder = "free"\n${stops.join("")}`;
  const plan = `[[plan]]\nkey = "sixty"\nname = ${words}\nroute = "sixty"\nkind = "patrol"\nteam = "security"\neach = "anyone"\nfrom = "2026-01-01"\ndays = ["daily"]\n`;
  const time = '[[plan.time]]\nslot = "a"\nstart = "00:00"\nminutes = 1439\ngrace = 15\n';
  const rounds = join(starter, "rounds.toml");
  writeFileSync(rounds, [readFileSync(rounds, "utf8"), route, plan, time].join("\n"));
  await load(starter, community.data);
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "own");
  const figures: number[] = [];
  for (let n = 0; n < 10; n++) {
    await page.locator("nav.navigation a[href='/']").click();
    const card = page.locator("a.card.round", { hasText: "六十个点" }).first();
    await expect(card).toBeVisible();
    const took = await watch(page, "a.card.round", "ol.rows > li:nth-child(60)");
    await card.click();
    figures.push(await took());
  }
  console.log(`a round of 60 checkpoints opened: ${spread(figures)}`);
});

test("from sign-in to a finished round of five points: what is pressed and typed", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await page.evaluate(() => {
    const steps = { presses: 0, fields: 0 };
    (window as any).steps = steps;
    const fields = new Set<EventTarget>();
    addEventListener("pointerdown", () => (steps.presses += 1), { capture: true });
    addEventListener("input", (event) => (steps.fields = fields.add(event.target!).size), { capture: true });
  });
  await signIn(page, "wang");
  await enrol(page, "shared");
  await startUnplanned(page, "门岗与围墙巡逻");
  for (const gate of GATES) {
    await goToNext(page, gate);
    await arrive(page, tags.get(gate)!, asPrinted);
    await answerAll(page);
    await done(page);
  }
  await finish(page);
  await everythingIsSent(page);
  const { presses, fields } = await page.evaluate(() => (window as any).steps);
  console.log(`from sign-in to a finished round of 5 points, codes typed: ${presses} presses, ${fields} fields filled`);
});
