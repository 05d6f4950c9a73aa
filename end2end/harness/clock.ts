// What time it is: for servers, pages and tests alike. `cargo xtask days` moves all three, and the browser itself stays behind.

import { expect, test, type BrowserContext } from "@playwright/test";

export const DAY = 86_400_000;

const { LAMPLIGHTER_FAKETIME, FAKETIME } = process.env;
const AHEAD = LAMPLIGHTER_FAKETIME ? Number(FAKETIME) * 1000 : 0;

/** Milliseconds since 1970, as servers and pages count them. */
export function now(): number {
  return Date.now() + AHEAD;
}

/** The day that it is in the community at this moment, as YYYY-MM-DD. */
export function dayAt(moment: number): string {
  return new Date(moment).toLocaleDateString("sv", { timeZone: "Asia/Shanghai" });
}

/** For a test that asks for what was done today: where the day would end before the test does, it begins with the next day. */
export async function onOneDay(): Promise<void> {
  const { timeout } = test.info();
  const [day, next] = [dayAt(now()), dayAt(now() + DAY)];
  const left = Date.parse(`${next}T00:00+08:00`) - now();
  if (left > timeout) return;
  test.setTimeout(timeout + left);
  await expect.poll(() => dayAt(now()), { message: "the next day has begun", timeout: left + 10_000 }).not.toBe(day);
}

/** What a program must find in its environment to have this time too. */
export const TIME_OF_PROGRAMS: Record<string, string> = LAMPLIGHTER_FAKETIME ? { LD_PRELOAD: LAMPLIGHTER_FAKETIME } : {};

/** Gives this time to every page that this browser opens from now on. Workers need none: they ask for no date. */
export async function setTime(context: BrowserContext): Promise<BrowserContext> {
  if (AHEAD !== 0) await context.addInitScript(moveDates, AHEAD);
  return context;
}

/** Runs in the page. */
function moveDates(ahead: number): void {
  const machine = Date.now;
  Date.now = () => machine() + ahead;
  globalThis.Date = new Proxy(Date, {
    construct: (real, given, made) => Reflect.construct(real, given.length > 0 ? given : [real.now()], made),
    apply: (real) => new real(real.now()).toString(),
  });
}
