// Every page, as axe reads it: by day in both languages, at night in Chinese. Its pictures are kept.

import { AxeBuilder } from "@axe-core/playwright";
import { answer, arrive, asPrinted, choosePerson, done, enrol, goToNext, item, lock, signIn, signInAndEnrol, startUnplanned, typeCode, typePin } from "../harness/people";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";
import type { Page } from "@playwright/test";

const LANGUAGES = [
  { locale: "zh-CN", language: "zh", themes: ["light", "night"], gates: "门岗与围墙巡逻", first: "北门岗亭", fail: "异常", clear: "畅通", wang: "王建国" },
  { locale: "en-US", language: "en", themes: ["light"], gates: "Gates and perimeter patrol", first: "North gate post", fail: "Fail", clear: "Clear", wang: "Wang Jianguo" },
] as const;

/** Axe finds nothing on this page, in each of the themes. */
async function look(page: Page, name: string, language: string, themes: readonly string[]): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  for (const theme of themes) {
    await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    const found = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => `${node.html} ${node.any.map((check) => check.message).join(" ")}`) }));
    expect.soft(found, `${name}, ${language}, ${theme}`).toEqual([]);
    await picture(page, `${name}-${language}${theme === "light" ? "" : `-${theme}`}`);
  }
}

for (const { locale, language, themes, gates, first, fail, clear, wang } of LANGUAGES) {
  const see = (page: Page, name: string) => look(page, name, language, themes);

  test(`a guard's pages are accessible (${language})`, async ({ community, openDevice }) => {
    test.setTimeout(180_000);
    const tags = await community.tags();
    const tag = [...tags.values()].find((tag) => tag.name.zh === "北门岗亭")!;
    const page = await openDevice({ locale });
    await see(page, "sign-in");
    await signIn(page, "wang", "wrong");
    await expect(page.getByRole("alert")).toBeVisible();
    await see(page, "sign-in-wrong");
    await signIn(page, "wang");
    await expect(page.getByRole("radio").first()).toBeVisible();
    await see(page, "enrol");
    await enrol(page, "shared");
    await see(page, "today");

    await page.locator("a[href='/rounds/unplanned']").click();
    await expect(page.locator("main button.row").first()).toBeVisible();
    await see(page, "unplanned");
    const round = await startUnplanned(page, gates);
    await see(page, "walk");
    await goToNext(page, first);
    await page.locator("form.arrive button[aria-expanded]").click();
    await typeCode(page, "wrong");
    await expect(page.locator("#tag-fault")).not.toBeEmpty();
    await see(page, "arrive");
    await arrive(page, tag, asPrinted);
    await answer(page, "forecourt", { press: clear });
    await answer(page, "barrier", { press: fail, note: "Stuck half-way 卡在半空" });
    await page.locator(".foot button.main").click();
    await expect(page.locator("li.item .fault").first()).not.toBeEmpty();
    await item(page, "barrier").scrollIntoViewIfNeeded();
    await see(page, "checkpoint");
    await done(page);
    await page.locator(".foot a.quiet").click();
    await page.locator(".foot button.main").click();
    await expect(page.locator("#field-note-fault")).not.toBeEmpty();
    await see(page, "finish");

    await page.locator("nav.navigation a[href='/findings']").click();
    await expect(page.locator("main li a")).toHaveCount(1);
    await see(page, "findings");
    await page.locator("main li a").click();
    await page.locator("form button[type=submit]").click();
    await expect(page.locator("#field-comment-fault")).not.toBeEmpty();
    await see(page, "finding");
    await page.goto("/findings/new");
    await page.locator("form button[type=submit]").click();
    await expect(page.locator("#place-fault")).not.toBeEmpty();
    await see(page, "report");

    community.cable.cut();
    await page.locator("#field-place").selectOption({ index: 3 });
    await page.locator("#field-note").fill("积水 Water");
    await page.locator("form button[type=submit]").click();
    await page.locator("a.chip").click();
    await expect(page.locator("main li.row")).toHaveCount(1);
    await see(page, "waiting");
    community.cable.plug();

    await page.locator("nav.navigation a[href='/settings']").click();
    await page.locator("form button[type=submit]").click();
    await expect(page.locator("#pin-fault")).not.toBeEmpty();
    await see(page, "settings");
    await page.goto("/results");
    await see(page, "no-rights");
    await page.goto("/no-such-page");
    await see(page, "not-found");
    await page.goto(`/rounds/${round}/stops/nonsense`);
    await see(page, "not-here");
    await lock(page);
    await see(page, "unlock");
    await choosePerson(page, wang);
    await typePin(page, "0000");
    await expect(page.getByRole("alert")).toBeVisible();
    await see(page, "pin");
  });

  test(`a manager's pages are accessible (${language})`, async ({ community, openDevice }) => {
    test.setTimeout(180_000);
    const tags = await community.tags();
    const page = await openDevice({ locale });
    await page.goto("/set-up?token=none");
    await page.locator("button[type=submit]").click();
    await expect(page.locator(".fault:not(:empty), .problem").first()).toBeVisible();
    await see(page, "set-up");
    await page.goto("/");
    await signInAndEnrol(page, "supervisor", "own");
    const round = await startUnplanned(page, gates);
    await goToNext(page, first);
    await arrive(page, tags.get("北门岗亭")!, { by: "hand", reason: "标签损坏 Damaged" });
    await answer(page, "forecourt", { press: clear });
    await answer(page, "barrier", { press: fail, note: "卡在半空 Stuck" });
    await done(page);
    await page.locator(".foot a.quiet").click();
    await page.locator("#field-note").fill("被叫走 Called away");
    await page.locator(".foot button.main").click();
    await expect(page.locator("#now")).toBeVisible();
    await page.goto("/results");
    await expect(page.locator(`a[href='/results/${round}']`)).toBeVisible();
    await see(page, "results");
    await page.locator(`a[href='/results/${round}']`).click();
    await expect(page.locator("ol.story li.visit")).toHaveCount(1);
    await see(page, "story");
    await page.goto("/results?from=2026-01-01&to=2026-01-01&outcome=failed");
    await expect(page.locator("main .empty")).toBeVisible();
    await see(page, "results-none");
    await page.goto("/findings?show=corrected");
    await see(page, "findings-none");

    const office = await openDevice({ locale });
    await signInAndEnrol(office, "manager", "own");
    await office.locator("nav.navigation a[href='/devices']").click();
    await office.locator("li.device button").first().click();
    await expect(office.getByRole("alertdialog")).toBeVisible();
    await see(office, "devices");
    await office.goto("/checkpoints");
    await office.locator("main ul.rows button").first().click();
    await expect(office.getByRole("alertdialog")).toBeVisible();
    await see(office, "tags");
    await office.locator("main ul.rows input").first().check();
    await office.locator("main ul.rows input").nth(1).check();
    await office.locator(".foot button.main").click();
    await expect(office.locator(".tag").first()).toBeVisible();
    await see(office, "tag-sheet");
  });
}
