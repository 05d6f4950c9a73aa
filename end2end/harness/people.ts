// What people do at a screen. Every function ends when the screen shows that it worked.

import { expect, type Locator, type Page } from "@playwright/test";
import { recordsAreKept } from "./disk";
import type { Tag } from "./server";

/** The pass phrase of everybody in the demonstration. */
export const PASS_PHRASE = "lantern-by-night";

export async function signIn(page: Page, username: string, passPhrase = PASS_PHRASE): Promise<void> {
  await page.locator("#field-username").fill(username);
  await page.locator("#field-password").fill(passPhrase);
  await page.locator("button[type=submit]").click();
}

/** Enrols the device of whoever has just signed in, and waits until everything has arrived. */
export async function enrol(page: Page, kind: "shared" | "own"): Promise<void> {
  const kinds = page.getByRole("radio");
  await (kind === "shared" ? kinds.first() : kinds.last()).check();
  await page.locator("button.main").click();
  await expect(page.locator("#now")).toBeVisible({ timeout: 30_000 });
  await expect(chip(page)).toHaveAttribute("data-state", "good");
  await recordsAreKept(page);
}

export async function signInAndEnrol(page: Page, username: string, kind: "shared" | "own"): Promise<void> {
  await signIn(page, username);
  await enrol(page, kind);
}

/** Waits until the app would open without a network. */
export async function readyForOffline(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  });
}

export async function choosePerson(page: Page, name: string): Promise<void> {
  await page.locator("button.person", { hasText: name }).click();
}

export async function typePin(page: Page, pin: string): Promise<void> {
  for (const digit of pin) await page.getByRole("button", { name: digit, exact: true }).click();
  await page.locator("button.key.main").click();
}

export async function unlock(page: Page, name: string, pin: string): Promise<void> {
  await choosePerson(page, name);
  await typePin(page, pin);
  await expect(page.locator("nav.navigation")).toBeVisible();
}

/** 锁屏换人 */
export async function lock(page: Page): Promise<void> {
  await page.locator("nav.navigation a[href='/settings']").click();
  await page.locator("main button.main").click();
  await expect(page.locator("ul.people")).toBeVisible();
}

/** Starts the round of this plan if it is due, otherwise walks its route without a plan. Returns the round's id. */
export async function startRound(page: Page, plan: string, route: string): Promise<string> {
  await page.locator("nav.navigation a[href='/']").click();
  await expect(page.locator("#now")).toBeVisible();
  const due = page.locator("a.card.round", { has: page.locator("strong", { hasText: new RegExp(`^${plan}$`) }) });
  if ((await due.count()) > 0) {
    await due.first().click();
    await page.locator(".foot button.main").click();
    return started(page);
  }
  return startUnplanned(page, route);
}

async function started(page: Page): Promise<string> {
  await expect(page.locator(".foot button.main .icon")).toBeVisible();
  const early = await page.locator(".foot a[href$='/finish']").getAttribute("href");
  return early!.split("/")[2]!;
}

/** Starts a round on this route without a plan. Returns the round's id. */
export async function startUnplanned(page: Page, route: string): Promise<string> {
  await page.locator("nav.navigation a[href='/']").click();
  await page.locator("a[href='/rounds/unplanned']").click();
  await page.locator("main button.row", { hasText: route }).click();
  return started(page);
}

/** Goes to the round's next stop, which must be this one. */
export async function goToNext(page: Page, name: string): Promise<void> {
  await expect(page.locator(".foot button.main")).toContainText(name);
  await page.locator("ol.rows a[data-state=due]").click();
  await expect(page.locator("h1")).toHaveText(name);
}

/** How presence is proven. */
export type Proof =
  | { by: "code"; typed: (tag: Tag) => string }
  | { by: "tag" }
  | { by: "hand"; reason: string };

export const asPrinted: Proof = { by: "code", typed: (tag) => tag.short_code };
export const inLowerCase: Proof = { by: "code", typed: (tag) => ` ${tag.short_code.toLowerCase().replace("-", "")} ` };
export const pasted: Proof = { by: "tag" };

export async function arrive(page: Page, tag: Tag, proof: Proof): Promise<void> {
  if (proof.by === "hand") {
    await page.locator("form.arrive button[aria-expanded]").click();
    await page.locator("#field-reason").fill(proof.reason);
    await page.locator("form", { has: page.locator("#field-reason") }).locator("button[type=submit]").click();
  } else {
    await typeCode(page, proof.by === "code" ? proof.typed(tag) : tag.content);
  }
  await expect(page.locator(".arrived")).toBeVisible();
}

export async function typeCode(page: Page, code: string): Promise<void> {
  await page.locator("#field-tag").fill(code);
  await page.locator("form.arrive button[type=submit]").click();
}

/** An answer to an item, in the words of the screen. */
export type Answer = { press: string; note?: string } | { canned: string } | { type: string };

export function item(page: Page, key: string): Locator {
  return page.locator(`#item-${key}`);
}

export async function answer(page: Page, key: string, given: Answer): Promise<void> {
  const here = item(page, key);
  if ("type" in given) {
    await here.locator("input, textarea").first().fill(given.type);
    return;
  }
  const words = "press" in given ? given.press : "异常";
  const button = here.getByRole("button", { name: words, exact: true });
  await button.click();
  await expect(button).toHaveAttribute("aria-pressed", "true");
  if ("canned" in given) await here.getByRole("button", { name: given.canned, exact: true }).click();
  else if (given.note !== undefined) await here.locator(".failed textarea").first().fill(given.note);
}

/** 全部正常, where it is offered, then 完成. */
export async function done(page: Page): Promise<void> {
  const rest = page.getByRole("button", { name: /^(全部正常|All in order)$/ });
  if (await rest.isVisible()) await rest.click();
  await page.locator(".foot button.main").click();
  await expect(page.locator("form.arrive, .arrived")).toHaveCount(0);
}

/** 结束任务, once every stop is visited. */
export async function finish(page: Page): Promise<void> {
  await page.locator(".foot a.main").click();
  await page.locator(".foot button.main").click();
  await expect(page.locator("#now")).toBeVisible();
}

/** The chip that says what is saved and what has been sent. */
export function chip(page: Page): Locator {
  return page.locator("a.chip");
}

/** The chip while nothing is being saved. */
export function settledChip(page: Page): Locator {
  return chip(page).and(page.locator(":has([aria-busy=false])"));
}

export async function everythingIsSent(page: Page): Promise<void> {
  await expect(settledChip(page)).toContainText(/全部已传|all sent/, { timeout: 60_000 });
}
