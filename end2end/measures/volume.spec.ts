// Many changes up, many records down: each as a ratio to what it cannot do without, in the same run.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { readyForOffline, signIn, signInAndEnrol } from "../harness/people";
import { expect, test } from "../harness/test";

const RUNS = 5;
const CHANGES = 2_000;
const WORDS = "水泵房地面有积水，约两平方米，水泵运行声音正常，压力表读数稳定，已放置警示牌并通知工程部处理。".repeat(4);

const median = (figures: number[]) => [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)]!;
const listed = (figures: number[]) => figures.map((figure) => figure.toFixed(0)).join(", ");

/** Puts copies of the one change on the device into its outbox, as if a person had made them without a network. */
async function multiply(page: Page, count: number): Promise<number> {
  return page.evaluate(
    (count) =>
      new Promise<number>((resolve, reject) => {
        const opened = indexedDB.open("lamplighter");
        opened.onsuccess = () => {
          const tx = opened.result.transaction(["outbox", "lanes"], "readwrite");
          const [outbox, lanes] = [tx.objectStore("outbox"), tx.objectStore("lanes")];
          let bytes = 0;
          const entries = outbox.getAll();
          entries.onsuccess = () => {
            const keys = outbox.getAllKeys();
            keys.onsuccess = () => {
              const first = JSON.parse(entries.result[0] as string);
              const key = keys.result[0] as string;
              const last = Math.max(...entries.result.map((text: string) => JSON.parse(text).n));
              const digits = /\d+$/.exec(key)![0].length;
              const change = JSON.parse(first.change);
              // In the order of their making, as the device's own (version 7) are: databases write these faster.
              const fresh = (n: number) => {
                const made = (Date.now() + n).toString(16).padStart(12, "0");
                return `${made.slice(0, 8)}-${made.slice(8)}-7${crypto.randomUUID().slice(15)}`;
              };
              for (let n = last + 1; n <= last + count; n++) {
                const id = fresh(n);
                const copy = JSON.stringify({ ...change, id, body: { ...change.body, finding: fresh(n) } });
                bytes = new TextEncoder().encode(copy).length;
                const entry = { ...first, n, id, change: copy, state: { is: "waiting" } };
                outbox.add(JSON.stringify(entry), key.slice(0, -digits) + String(n).padStart(digits, "0"));
              }
              const lane = lanes.get(first.lane);
              lane.onsuccess = () => lanes.put(JSON.stringify({ ...JSON.parse(lane.result), last: last + count }), first.lane);
            };
          };
          tx.oncomplete = () => {
            opened.result.close();
            resolve(bytes);
          };
          tx.onerror = () => reject(tx.error);
        };
      }),
    count,
  );
}

/** Whether the one change on the device has its outcome, on the disk too. */
async function isDelivered(page: Page): Promise<boolean> {
  return page.evaluate(
    () =>
      new Promise<boolean>((resolve, reject) => {
        const opened = indexedDB.open("lamplighter");
        opened.onsuccess = () => {
          const entries = opened.result.transaction("outbox").objectStore("outbox").getAll();
          entries.onsuccess = () => {
            opened.result.close();
            resolve(entries.result.length === 1 && JSON.parse(entries.result[0] as string).state.is === "delivered");
          };
          entries.onerror = () => reject(entries.error);
        };
      }),
  );
}

test("2,000 results pushed, against their bare transactions; 10,000 records pulled, against plain puts", async ({ community, openDevice }) => {
  test.setTimeout(900_000);
  // Straight to the server: the cable of the tests is a program of its own, which nobody else waits for.
  const address = `http://127.0.0.1:${community.server.port}`;
  const page = await openDevice({ path: address });
  await signInAndEnrol(page, "wang", "own");
  await readyForOffline(page);
  await page.locator("nav.navigation a[href='/findings']").click();
  await page.getByRole("link", { name: "上报问题" }).click();
  await page.getByLabel("在哪里？").selectOption({ label: "中央草坪" });
  await page.getByLabel("什么问题？").fill(WORDS);
  await page.getByRole("button", { name: "上报" }).click();
  await expect.poll(() => isDelivered(page)).toBe(true);

  const [pushed, bare]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    await page.context().setOffline(true);
    const bytes = await multiply(page, CHANGES);
    await page.goto(`${address}/waiting`);
    await expect(page.locator("a.chip")).toContainText(`${CHANGES}`);
    await page.evaluate(() => {
      const chip = document.querySelector("a.chip")!;
      const took = new Promise<number>((resolve) => {
        addEventListener("online", () => {
          const began = performance.now();
          const look = () => (/全部已传/.test(chip.textContent!) ? resolve(performance.now() - began) : undefined);
          new MutationObserver(look).observe(chip, { childList: true, subtree: true, characterData: true });
        }, { capture: true, once: true });
      });
      Object.assign(window, { took });
    });
    await page.context().setOffline(false);
    pushed.push(await page.evaluate(() => (window as unknown as { took: Promise<number> }).took));
    const database = join(community.data, "lamplighter.db");
    bare.push(Number(execFileSync(process.env.LAMPLIGHTER_BARE!, [database, `${CHANGES}`], { encoding: "utf8" })));
    console.log(`run ${run + 1}: ${CHANGES} changes of ${bytes} bytes`);
    // The server takes 30 pushes of one device within ten seconds.
    await page.waitForTimeout(10_000);
  }
  const ratios = pushed.map((took, run) => took / bare[run]!);
  console.log(`pushed: ${listed(pushed)} ms; bare: ${listed(bare)} ms; ratio median ${median(ratios).toFixed(2)}`);

  const [pulled, put]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    const fresh = await openDevice();
    await signIn(fresh, "wang");
    await fresh.getByRole("radio").last().check();
    const took = await fresh.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const began = performance.now();
          const look = () => {
            if (document.querySelector("#now")) resolve(performance.now() - began);
            else requestAnimationFrame(look);
          };
          document.querySelector<HTMLElement>("button.main")!.click();
          look();
        }),
    );
    await expect(fresh.locator("a.chip")).toHaveAttribute("data-state", "good");
    const plain = await fresh.evaluate(
      () =>
        new Promise<{ count: number; took: number }>((resolve) => {
          const opened = indexedDB.open("lamplighter");
          opened.onsuccess = () => {
            const records = opened.result.transaction("records").objectStore("records");
            const [keys, rows] = [records.getAllKeys(), records.getAll()];
            rows.onsuccess = () => {
              const made = indexedDB.open("plain");
              made.onupgradeneeded = () => made.result.createObjectStore("records");
              made.onsuccess = () => {
                const tx = made.result.transaction("records", "readwrite");
                const store = tx.objectStore("records");
                const began = performance.now();
                rows.result.forEach((row, n) => store.put(row, keys.result[n]));
                tx.oncomplete = () => resolve({ count: rows.result.length, took: performance.now() - began });
              };
            };
          };
        }),
    );
    pulled.push(took);
    put.push(plain.took);
    console.log(`run ${run + 1}: ${plain.count} records`);
    await fresh.context().close();
  }
  const shares = pulled.map((took, run) => took / put[run]!);
  console.log(`usable after: ${listed(pulled)} ms; plain puts: ${listed(put)} ms; ratio median ${median(shares).toFixed(2)}`);
});
