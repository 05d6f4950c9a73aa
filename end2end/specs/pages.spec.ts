// Every page there is, in both languages, on a phone and on a desk, by day, by night and in the sun.

import type { Page } from "@playwright/test";
import { onOneDay } from "../harness/clock";
import { answer, arrive, asPrinted, choosePerson, done, enrol, goToNext, item, lock, signIn, signInAndEnrol, startUnplanned, typeCode, typePin } from "../harness/people";
import { see, type Look } from "../harness/pages";
import { photograph } from "../harness/photographs";
import { expect, test } from "../harness/test";

const SIDES: readonly { locale: "zh-CN" | "en-US"; language: string; looks: readonly Look[]; words: Record<string, string> }[] = [
  {
    locale: "zh-CN",
    language: "zh",
    looks: [["light", 360, "axe"], ["night", 1280, "axe"]],
    words: { gates: "门岗与围墙巡逻", first: "北门岗亭", fail: "异常", clear: "畅通", wang: "王建国", handed: "请交给本人" },
  },
  {
    locale: "en-US",
    language: "en",
    looks: [["sunlight", 360, "axe"], ["light", 1280]],
    words: { gates: "Gates and perimeter patrol", first: "North gate post", fail: "Fail", clear: "Clear", wang: "Wang Jianguo", handed: "Hand this over now" },
  },
];

/** The pages whose outline, as those hear it who listen, is kept beside this file: in Chinese, for it is the same in both. */
const OUTLINED = ["sign-in", "today", "walk", "checkpoint", "finish", "findings", "waiting", "results", "story", "people", "settings"];

for (const { locale, language, looks, words } of SIDES) {
  test(`every page can be read and nothing on it is cut (${language})`, async ({ community, openDevice }) => {
    test.setTimeout(240_000);
    await onOneDay();
    const show = async (page: Page, name: string) => {
      await see(page, name, language, looks);
      if (language !== "zh" || !OUTLINED.includes(name)) return;
      await expect.soft(page.locator("body")).toMatchAriaSnapshot({ name: `${name}.aria.yml` });
    };
    const tags = await community.tags();
    const page = await openDevice({ locale });

    await show(page, "sign-in");
    await signIn(page, "wang", "wrong");
    await expect(page.getByRole("alert")).toBeVisible();
    await show(page, "sign-in-wrong");
    await signIn(page, "wang");
    await expect(page.getByRole("radio").first()).toBeVisible();
    await show(page, "enrol");
    await enrol(page, "shared");
    await show(page, "today");

    await page.locator("a[href='/rounds/unplanned']").click();
    await expect(page.locator("main button.row").first()).toBeVisible();
    await show(page, "unplanned");
    const round = await startUnplanned(page, words.gates!);
    await show(page, "walk");
    await goToNext(page, words.first!);
    await page.locator("form.arrive button[aria-expanded]").click();
    await typeCode(page, "wrong");
    await expect(page.locator("#tag-fault")).not.toBeEmpty();
    await show(page, "arrive");
    await arrive(page, tags.get("北门岗亭")!, asPrinted);
    await answer(page, "forecourt", { press: words.clear! });
    await answer(page, "barrier", { press: words.fail!, note: "Stuck half-way 卡在半空" });
    await page.locator(".foot button.main").click();
    await expect(page.locator("li.item .fault").first()).not.toBeEmpty();
    // Its photo stays on the tablet, and is missed.
    community.cable.breakPhotosAfter(0);
    await item(page, "barrier").locator("input[type=file]").last().setInputFiles([await photograph(page, "Barrier 道闸", 1600, 1200)]);
    await expect(item(page, "barrier").locator(".photos img")).toHaveCount(1);
    await item(page, "barrier").scrollIntoViewIfNeeded();
    await show(page, "checkpoint");
    await done(page);
    await page.locator(".foot a.quiet").click();
    await page.locator(".foot button.main").click();
    await expect(page.locator("#field-note-fault")).not.toBeEmpty();
    await show(page, "finish");

    await page.locator("nav.navigation a[href='/findings']").click();
    await expect(page.locator("main li a")).toHaveCount(1);
    await show(page, "findings");
    await page.locator("main li a").click();
    await page.locator("form button[type=submit]").click();
    await expect(page.locator("#field-comment-fault")).not.toBeEmpty();
    await show(page, "finding");
    await page.goto("/findings/new");
    await page.locator("form button[type=submit]").click();
    await expect(page.locator("#place-fault")).not.toBeEmpty();
    await show(page, "report");

    // Only the photo is still to be sent.
    await expect(page.locator("a.chip")).toContainText(/待传 1$|\b1 to send/);
    community.cable.cut();
    await page.locator("#field-place").selectOption({ index: 3 });
    await page.locator("#field-note").fill("积水 Water");
    await page.locator("form button[type=submit]").click();
    await expect(page).toHaveURL(/\/findings$/);
    await page.locator("a.chip").click();
    await expect(page.locator("main li.row")).toHaveCount(1);
    await show(page, "waiting");
    community.cable.plug();

    await page.locator("nav.navigation a[href='/settings']").click();
    await page.locator("form button[type=submit]").click();
    await expect(page.locator("#pin-fault")).not.toBeEmpty();
    await show(page, "settings");
    await page.goto("/no-such-page");
    await show(page, "not-found");
    await page.goto(`/rounds/${round}/stops/nonsense`);
    await show(page, "not-here");
    await page.goto("/results");
    await show(page, "no-rights");
    await lock(page);
    await show(page, "unlock");
    await choosePerson(page, words.wang!);
    await typePin(page, "0000");
    await expect(page.getByRole("alert")).toBeVisible();
    await show(page, "pin");

    const office = await openDevice({ locale, path: "/set-up?token=none" });
    await office.locator("button[type=submit]").click();
    await expect(office.locator(".fault:not(:empty), .problem").first()).toBeVisible();
    await show(office, "set-up");
    await office.goto("/");
    await signInAndEnrol(office, "manager", "own");
    await show(office, "today-manager");
    await office.goto("/results");
    await office.locator(`a[href='/results/${round}']`).waitFor();
    await expect(office.locator("a[href='/results/photos']")).toContainText("1");
    await show(office, "results");
    await office.goto("/results/visits");
    await expect(office.locator("main tbody tr")).toHaveCount(1);
    await show(office, "results-visits");
    await office.goto("/results/areas");
    await expect(office.locator("main table").first()).toBeVisible();
    await show(office, "results-areas");
    await office.goto("/results?from=2026-01-01&to=2026-01-01&outcome=failed");
    await expect(office.locator("main .empty")).toBeVisible();
    await show(office, "results-none");
    await office.goto(`/results/${round}`);
    await expect(office.locator("ol.story li.visit")).toHaveCount(1);
    await show(office, "story");
    await office.locator("a[href^='/results/checkpoint/']").first().click();
    await expect(office.locator("main tbody tr").first()).toBeVisible();
    await show(office, "over-time");
    await office.goto("/results/photos");
    await expect(office.locator("main ul.rows li")).toHaveCount(1);
    await show(office, "missing-photos");
    await office.goto("/findings?show=corrected");
    await show(office, "findings-none");
    await office.goto("/waiting");
    await show(office, "waiting-manager");

    await office.goto("/devices");
    await office.locator("li.device button.quiet").first().click();
    await expect(office.getByRole("alertdialog")).toBeVisible();
    await show(office, "devices");
    await office.goto("/checkpoints");
    await office.locator("main ul.rows button").first().click();
    await expect(office.getByRole("alertdialog")).toBeVisible();
    await show(office, "tags");
    await office.locator("main ul.rows input").first().check();
    await office.locator("main ul.rows input").nth(1).check();
    await office.locator(".foot button.main").click();
    await expect(office.locator(".tag").first()).toBeVisible();
    await show(office, "tag-sheet");

    await office.goto("/people");
    await expect(office.locator("main a.row").first()).toBeVisible();
    await show(office, "people");
    await office.goto("/people?show=residents&q=nobody");
    await expect(office.locator("main .empty")).toBeVisible();
    await show(office, "people-none");
    await office.goto("/people/new");
    await office.locator("form button[type=submit]").click();
    await expect(office.locator("#roles-fault")).not.toBeEmpty();
    await show(office, "person-new");
    await office.goto("/people?q=wang");
    await office.locator("main a.row").first().click();
    await office.locator("form.fields button").first().click();
    await expect(office.getByRole("heading", { name: words.handed! })).toBeVisible();
    await office.locator("main > button.quiet").click();
    await expect(office.getByRole("alertdialog")).toBeVisible();
    await show(office, "person");
    await office.goto("/settings");
    await show(office, "settings-manager");
    await office.goto("/sign-ins");
    await expect(office.locator("li.device")).toHaveCount(2);
    await office.locator("form button[type=submit]").click();
    await expect(office.locator("#field-new-fault")).not.toBeEmpty();
    await show(office, "sign-ins");
  });
}
