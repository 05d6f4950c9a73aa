// Chromium killed at random moments around Save. What the screen called saved is there, once, and so is what was typed.
// LAMPLIGHTER_KILLS=100 kills it more often. A killed process is no power cut: what the system holds in its caches survives.

import type { Page } from "@playwright/test";
import { expectOneOutcomeEach, findRecords } from "../harness/agreement";
import { draftIsKept } from "../harness/disk";
import { everythingIsSent, readyForOffline, signInAndEnrol, unlock } from "../harness/people";
import { expect, test } from "../harness/test";

const KILLS = Number(process.env.LAMPLIGHTER_KILLS ?? 10);

/** Everything saved on the device: each change's number in its lane and the words of its finding. */
function saved(page: Page): Promise<{ n: number; note: string }[]> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const opened = indexedDB.open("lamplighter");
        opened.onsuccess = () => {
          const all = opened.result.transaction("outbox").objectStore("outbox").getAll();
          all.onsuccess = () => {
            opened.result.close();
            const entries = (all.result as string[]).map((text) => JSON.parse(text));
            resolve(entries.map((entry) => ({ n: entry.n, note: JSON.parse(entry.change).body.note })));
          };
        };
      }),
  );
}

test(`a browser killed ${KILLS} times around Save keeps what it called saved`, async ({ community, tablet }) => {
  test.setTimeout(60_000 + KILLS * 15_000);
  let page = await tablet.open();
  await signInAndEnrol(page, "wang", "shared");
  await readyForOffline(page);
  await tablet.hasOnDisk("lamplighter-device");
  await tablet.close();
  const told = new Set<string>();
  let typed = "";
  for (let round = 0; round <= KILLS; round++) {
    page = await tablet.open("offline");
    await unlock(page, "王建国", "2581");
    const here = await saved(page);
    const notes = here.map((entry) => entry.note);
    for (const words of told) expect(notes.filter((note) => note === words), `the screen called “${words}” saved`).toHaveLength(1);
    expect(here.map((entry) => entry.n).sort((a, b) => a - b), "numbers without holes").toEqual(here.map((_, i) => i + 1));
    await page.locator("nav.navigation a[href='/findings']").click();
    await page.getByRole("link", { name: "上报问题" }).click();
    const draft = await page.getByLabel("什么问题？").inputValue();
    if (typed) expect(notes.includes(typed) || draft === typed, `“${typed}” is saved or still in its form`).toBe(true);
    if (round === KILLS) break;

    typed = `第 ${round + 1} 次`;
    await page.exposeFunction("tell", (words: string) => told.add(words));
    await page.evaluate((typed) => {
      new MutationObserver(() => {
        const rows = [...document.querySelectorAll("main li")];
        if (rows.some((row) => row.textContent!.includes(typed))) void (window as any).tell(typed);
      }).observe(document.body, { childList: true, subtree: true });
    }, typed);
    await page.getByLabel("在哪里？").selectOption({ label: "中央草坪" });
    await page.getByLabel("什么问题？").fill(typed);
    // The draft is on the disk; what follows is the save itself.
    await draftIsKept(page, typed);
    void page.getByRole("button", { name: "上报" }).click().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, (round * 37) % 130));
    await tablet.kill();
  }
  console.log(`${KILLS} kills: ${told.size} called saved before the kill`);
  await tablet.goOnline();
  const count = (await saved(page)).length;
  await page.locator("a.back").click();
  await everythingIsSent(page);
  const exported = await community.export();
  expectOneOutcomeEach(exported, { wang: count });
  expect(findRecords(exported, "finding")).toHaveLength(count);
});
