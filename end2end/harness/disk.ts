// What the app keeps in the browser, seen beside its screens.

import { expect, type Page } from "@playwright/test";

/** The values of one of the app's stores on the device's disk. */
export function onDisk(page: Page, store: string): Promise<string[]> {
  return page.evaluate(
    (store) =>
      new Promise<string[]>((resolve, reject) => {
        const opened = indexedDB.open("lamplighter");
        opened.onerror = () => reject(opened.error);
        opened.onsuccess = () => {
          const all = opened.result.transaction(store).objectStore(store).getAll();
          all.onsuccess = () => {
            opened.result.close();
            resolve(all.result);
          };
        };
      }),
    store,
  );
}

/** Waits until a fresh device's disk has its records, which are shown before they are written. */
export async function recordsAreKept(page: Page): Promise<void> {
  await expect(async () => {
    const place = (await onDisk(page, "facts")).find((fact) => fact.includes('"cursor"'));
    expect(place).toMatch(/"epoch":"[^"]/);
  }).toPass({ timeout: 60_000 });
}

/** Waits until the device's disk has a draft with these words; the screen shows them before. */
export async function draftIsKept(page: Page, words: string): Promise<void> {
  await expect.poll(async () => (await onDisk(page, "drafts")).join()).toContain(words);
}

/** Keeps the disk busy, so that what is being saved waits until the returned function is called. */
export async function holdDisk(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opened = indexedDB.open("lamplighter");
        opened.onerror = () => reject(opened.error);
        opened.onsuccess = () => {
          const outbox = opened.result.transaction("outbox", "readwrite").objectStore("outbox");
          const held = window as unknown as { disk: "held" | "free" };
          held.disk = "held";
          const hold = () => {
            if (held.disk === "free") return opened.result.close();
            outbox.count().onsuccess = hold;
          };
          hold();
          resolve();
        };
      }),
  );
  return () => page.evaluate(() => void ((window as unknown as { disk: string }).disk = "free"));
}
