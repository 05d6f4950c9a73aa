// What residents do on their own phones, and what the desk does for them that needs no screen of the test's own.

import { expect, type Page } from "@playwright/test";
import { recordsAreKept } from "./disk";
import { chip, PASS_PHRASE, signIn } from "./people";
import type { ExportedRecord } from "./server";

/** A phone held upright. */
export const PHONE = { width: 390, height: 844 };

/** Signs in on a phone or tablet that is theirs alone, and waits until everything has arrived. */
export async function arriveAtHome(page: Page, username: string, passPhrase = PASS_PHRASE): Promise<void> {
  await signIn(page, username, passPhrase);
  await page.getByRole("radio").last().check();
  await page.locator("button.main", { hasText: /登记这台设备|Enrol this device/ }).click();
  await page.locator("nav.navigation a[href='/']").click({ timeout: 30_000 });
  await expect(page.locator("#now")).toBeVisible();
  await expect(chip(page)).toHaveAttribute("data-state", "good");
  await recordsAreKept(page);
}

/** Signs in at an address that somebody was sent, and goes on to where it leads: a page with these words. */
export async function arriveBy(page: Page, username: string, words: string): Promise<void> {
  await signIn(page, username);
  await page.locator("button.main", { hasText: /登记这台设备|Enrol this device/ }).click();
  await expect(page.locator("main")).toContainText(words, { timeout: 30_000 });
}

/** Asks a server function in the session of whoever is signed in on this page. */
export async function online<T>(page: Page, name: string, asked: object): Promise<T> {
  const answer = await page.evaluate(
    async ([name, asked]) => {
      const response = await fetch(`/api/v1/online/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(asked),
      });
      return { ok: response.ok, text: await response.text() };
    },
    [name, asked] as const,
  );
  expect(answer.ok, `${name}: ${answer.text}`).toBe(true);
  return JSON.parse(answer.text || "null") as T;
}

/** The record of this kind whose Chinese title, or flat, is this. */
export function named(records: ExportedRecord[], kind: string, zh: string): ExportedRecord {
  const words = (body: any) => (body.details?.title ?? body.title ?? body.flat)?.zh;
  const found = records.find((record) => record.kind === kind && words(record.body) === zh);
  expect(found, `${kind} ${zh}`).toBeDefined();
  return found!;
}
