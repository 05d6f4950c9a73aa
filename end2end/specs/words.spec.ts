// Words that people type, however odd: kept as typed, shown as text, or refused with a sentence and nothing lost.

import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { findRecords } from "../harness/agreement";
import { draftIsKept } from "../harness/disk";
import { answer, arrive, asPrinted, done, enrol, everythingIsSent, goToNext, item, pasted, signIn, signInAndEnrol, startUnplanned } from "../harness/people";
import { Server } from "../harness/server";
import { expect, test } from "../harness/test";

const ODD = {
  emoji: "👮🏽‍♂️ 🔥🧯 已处理 👍",
  rightToLeft: "الحارس وجد الباب مفتوحا \u202E txet",
  html: "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>",
  sql: "'); drop table changes; -- \\",
};

test("odd words are kept as typed and shown as text", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "supervisor", "own");
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  await arrive(page, tags.get("北门岗亭")!, { by: "hand", reason: ODD.sql });
  await answer(page, "barrier", { press: "异常", note: ODD.html });
  await answer(page, "forecourt", { press: "畅通" });
  await answer(page, "carried-over", { type: ODD.rightToLeft });
  await page.locator("#field-note").fill(ODD.emoji);
  await done(page);
  await everythingIsSent(page);

  await page.goto(`/results/${round}`);
  const story = page.locator("ol.story");
  for (const words of Object.values(ODD)) await expect(story).toContainText(words);
  await page.goto("/findings");
  await expect(page.locator("main li", { hasText: ODD.html })).toBeVisible();
  expect(await page.evaluate(() => (window as any).hacked)).toBeUndefined();

  const visit = findRecords(await community.export(), "visit").find((record) => record.body.round === round)!.body;
  expect(visit.note).toBe(ODD.emoji);
  expect(visit.proof).toEqual({ kind: "by_hand", reason: ODD.sql });
  expect(visit.answers).toContainEqual({ item: "barrier", value: "failed", note: ODD.html });
  expect(visit.answers).toContainEqual({ item: "carried-over", value: { text: ODD.rightToLeft } });
});

test("ten thousand characters get a sentence at the field and nothing is lost", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  await arrive(page, tags.get("北门岗亭")!, pasted);
  await answer(page, "forecourt", { press: "畅通" });
  await page.getByRole("button", { name: "全部正常" }).click();
  const long = "长".repeat(10_000);
  const note = page.locator("#field-note");
  await note.fill(long);
  await page.locator(".foot button.main").click();
  await expect(page.locator(".field", { has: note }).getByRole("alert")).toHaveText("太长了，最多 2000 个字。");
  await expect(note).toHaveValue(long);
  await note.fill("长".repeat(2_000));
  await done(page);

  await page.locator("nav.navigation a[href='/findings']").click();
  await page.getByRole("link", { name: "上报问题" }).click();
  const what = page.getByLabel("什么问题？");
  await what.fill(long);
  await page.getByRole("button", { name: "上报" }).click();
  await expect(page.locator("#place-fault")).toHaveText("选择巡查点");
  await expect(page.locator("#field-note-fault")).toHaveText("太长了，最多 2000 个字。");
  await expect(what).toHaveValue(long);
  await everythingIsSent(page);
});

test("a reading that is no number gets a sentence; full-width digits count; outside the limits it fails", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "tech", "own");
  await startUnplanned(page, "游泳池巡检");
  await goToNext(page, "室内游泳池");
  await arrive(page, tags.get("室内游泳池")!, asPrinted);
  const readings = page.locator("li.item", { has: page.locator(".reading") });
  await expect(readings.first()).toBeVisible();
  const count = await readings.count();
  for (let i = 0; i < count; i++) await readings.nth(i).locator("input").fill("不知道");
  await page.locator(".foot button.main").click();
  await expect(readings.first().getByRole("alert")).toHaveText("请输入数字，例如 0.45。");
  await expect(readings.first().locator("input")).toHaveValue("不知道");
  const first = readings.first();
  await first.locator("input").fill("９９９９");
  await expect(first.locator(".verdict")).toHaveText("超出范围");
  await expect(first).toHaveAttribute("data-state", "failed");
});

/** What no field keeps, and the sentence that says so. */
const UNFIT = { long: "灯".repeat(10_000), nul: "甲\u0000乙" };
const BLANK = " \u3000\t ";
/** What every field for words keeps as it is. */
const FIT = `=1+1 @SUM(A1) -2 "'\`\\ {{x}} \${y} %00 ${ODD.html} 👮🏽‍♂️ \u202Etxet`;

/** Tries what does not fit: each gets its sentence beside the field, which keeps what was typed. */
async function refuses(field: Locator, submit: () => Promise<void>, blank?: string): Promise<void> {
  const says = field.locator("xpath=ancestor::*[self::li or contains(@class, 'field')][1]").locator(".fault:not(:empty)").first();
  const tries: [string, string | RegExp][] = [[UNFIT.long, /太长了，最多 \d+ 个字。/], [UNFIT.nul, "含有无法保存的字符"]];
  if (blank !== undefined) tries.push([BLANK, blank]);
  for (const [typed, sentence] of tries) {
    await field.fill(typed);
    await submit();
    await expect(says).toContainText(sentence);
    await expect(field).toHaveValue(typed);
  }
}

/** Nothing that was typed runs, and nothing breaks. */
function watch(page: Page): { broken: string[] } {
  const seen = { broken: [] as string[] };
  page.on("dialog", (dialog) => seen.broken.push(dialog.message()));
  page.on("pageerror", (error) => seen.broken.push(error.message));
  page.on("console", (message) => {
    // The browser writes down each refusal of the server by itself.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) seen.broken.push(message.text());
  });
  return seen;
}

async function nothingRan(page: Page, seen: { broken: string[] }): Promise<void> {
  expect(seen.broken).toEqual([]);
  expect(await page.evaluate(() => (window as any).hacked)).toBeUndefined();
}

test("every field of a round and of a finding refuses with a sentence or keeps what was typed", async ({ community, openDevice }) => {
  const page = await openDevice();
  const seen = watch(page);
  await signInAndEnrol(page, "supervisor", "own");
  await page.locator("a[href='/rounds/unplanned']").click();
  const search = page.getByRole("searchbox");
  for (const words of [UNFIT.long, UNFIT.nul, FIT]) {
    await search.fill(words);
    await expect(page.locator("main .empty")).toContainText("没有找到");
  }
  await search.fill(BLANK);
  await expect(page.locator("main button.row").first()).toBeVisible();

  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  for (const words of [UNFIT.long, UNFIT.nul, BLANK, FIT]) {
    await page.locator("#field-tag").fill(words);
    await page.locator("form.arrive button[type=submit]").click();
    await expect(page.locator("#tag-fault")).not.toBeEmpty();
    await expect(page.locator("#field-tag")).toHaveValue(words);
  }
  await page.locator("form.arrive button[aria-expanded]").click();
  const byHand = page.locator("form", { has: page.locator("#field-reason") }).locator("button[type=submit]");
  await refuses(page.locator("#field-reason"), () => byHand.click(), "请填写");
  await page.locator("#field-reason").fill(FIT);
  await byHand.click();
  await expect(page.locator(".arrived")).toBeVisible();

  const complete = page.locator(".foot button.main");
  await answer(page, "forecourt", { press: "畅通" });
  await answer(page, "barrier", { press: "异常", note: "卡住" });
  await page.getByRole("button", { name: "全部正常" }).click();
  await refuses(item(page, "barrier").locator(".failed textarea").first(), () => complete.click());
  await item(page, "barrier").locator(".failed textarea").first().fill(FIT);
  await refuses(page.locator("#field-note"), () => complete.click());
  await page.locator("#field-note").fill(FIT);
  await done(page);

  await page.locator(".foot a.quiet").click();
  await refuses(page.locator("#field-note"), () => complete.click(), "请填写");
  await page.locator("#field-note").fill(FIT);
  await complete.click();
  await expect(page.locator("#now")).toBeVisible();

  await page.goto("/findings/new");
  const send = page.locator("form button[type=submit]");
  await page.locator("#field-place").selectOption({ label: "3号楼大堂" });
  await refuses(page.locator("#field-note"), () => send.click(), "请填写");
  await page.locator("#field-note").fill(FIT);
  await draftIsKept(page, "@SUM(A1)");
  await page.reload();
  await expect(page.locator("#field-note"), "a draft keeps it too").toHaveValue(FIT);
  await send.click();
  await page.locator("main li", { hasText: "3号楼大堂" }).getByRole("link").click();
  await refuses(page.locator("#field-comment"), () => send.click(), "请填写");
  await page.locator("#field-comment").fill(FIT);
  await send.click();
  // It goes once it is saved; until then there may be nothing to send.
  await expect(page.locator("#field-comment")).toHaveCount(0);
  await everythingIsSent(page);

  const exported = await community.export();
  const visit = findRecords(exported, "visit").find((record) => record.body.round === round)!.body;
  expect(visit).toMatchObject({ note: FIT, proof: { kind: "by_hand", reason: FIT } });
  expect(visit.answers).toContainEqual({ item: "barrier", value: "failed", note: FIT });
  expect(findRecords(exported, "round").find((record) => record.id === round)!.body.finished).toMatchObject({ note: FIT });
  const reported = findRecords(exported, "finding").map((finding) => [finding.body.note, finding.body.corrected?.comment]);
  expect(reported).toEqual(expect.arrayContaining([[FIT, undefined], [FIT, FIT]]));

  await page.goto(`/results/${round}`);
  await expect(page.locator("ol.story")).toContainText(ODD.html);
  await nothingRan(page, seen);
});

test("the doors refuse hostile words with a sentence, and a device keeps an odd name", async ({ openDevice }) => {
  const page = await openDevice();
  const seen = watch(page);
  const hostile = [UNFIT.long, UNFIT.nul, BLANK, FIT];
  for (const words of hostile) {
    await signIn(page, words, "lantern");
    await expect(page.locator("button[type=submit]")).toBeEnabled();
    await expect(page.getByRole("alert")).toContainText("用户名或密码不对");
    await expect(page.locator("#field-username")).toHaveValue(words);
  }
  for (const [i, words] of hostile.entries()) {
    const answered = page.waitForResponse(/sign_in/);
    await signIn(page, `nobody-${i}`, words);
    await answered;
    await expect(page.locator("button[type=submit]")).toBeEnabled();
    await expect(page.getByRole("alert")).toContainText("用户名或密码不对");
    await expect(page.locator("#field-password")).toHaveValue(words);
  }
  await signIn(page, "manager");
  const name = page.locator("#field-device");
  await expect(name).toBeVisible();
  for (const [typed, sentence] of [[UNFIT.long, "太长了，最多 120 个字。"], [UNFIT.nul, "含有无法保存的字符"]] as const) {
    await name.fill(typed);
    await page.locator("button.main").click();
    await expect(page.getByRole("alert")).toContainText(sentence);
    await expect(name).toHaveValue(typed);
  }
  const odd = `=1+1 "'<script>window.hacked=1</script> 👮🏽‍♂️ \u202Etxet`;
  await name.fill(odd);
  await enrol(page, "own");
  await page.goto("/devices");
  await expect(page.locator("li.device strong", { hasText: odd })).toBeVisible();

  await page.goto("/settings");
  for (const words of [...hostile, "12", "123456789", "+1234", "１２a４"]) {
    await page.locator("#field-pin").fill(words);
    await page.locator("form button[type=submit]").click();
    await expect(page.locator("#pin-fault")).toContainText("请输入 4 到 8 位数字");
    await expect(page.locator("#field-pin")).toHaveValue(words);
  }
  for (const path of ["/results", "/results/visits", "/people", "/checkpoints", "/findings"]) {
    await page.goto(path);
    const field = page.locator("input[type=search]").first();
    for (const words of [UNFIT.nul, FIT]) {
      await field.fill(words);
      await field.press("Enter");
      await expect(page.locator("main .empty").first(), path).toBeVisible();
    }
    await page.goto(`${path}?q=${encodeURIComponent(FIT)}&search=${encodeURIComponent(UNFIT.nul)}&from=${encodeURIComponent(FIT)}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  }
  await nothingRan(page, seen);
});

test("the set-up refuses hostile words at their fields, and keeps odd ones", async ({ folder, browser }) => {
  const server = await Server.start(join(folder, "data"), "--no-demo");
  const link = server.lines.join("\n").match(/http:\S+\/set-up\?token=\S+/)![0];
  const context = await browser.newContext({ locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  const page = await context.newPage();
  const seen = watch(page);
  await page.goto(link);
  const valid = { community_zh: FIT, community_en: FIT, zone: "Asia/Shanghai", person_name: FIT, username: "<b>\"'=@-1</b>", password: FIT };
  const refused: Record<keyof typeof valid, string[]> = {
    community_zh: [UNFIT.long, UNFIT.nul],
    community_en: [UNFIT.long, UNFIT.nul],
    zone: [UNFIT.long, UNFIT.nul, BLANK, FIT],
    person_name: [UNFIT.long, UNFIT.nul, BLANK],
    username: [UNFIT.long, UNFIT.nul, BLANK, FIT],
    password: [UNFIT.long, "短"],
  };
  const field = (name: string) => page.locator(`#field-${name}`);
  for (const [name, words] of Object.entries(valid)) await field(name).fill(words);
  for (const [name, all] of Object.entries(refused)) {
    for (const words of all) {
      await field(name).fill(words);
      await page.locator("button[type=submit]").click();
      await expect(page.locator(`#field-${name}-fault`)).not.toBeEmpty();
      await expect(page.locator("button[type=submit]")).toBeEnabled();
      await expect(field(name)).toHaveValue(words);
    }
    await field(name).fill(valid[name as keyof typeof valid]);
  }
  await page.locator("button[type=submit]").click();
  await expect(page.getByText("已建好。请登录。")).toBeVisible();
  await page.getByRole("button", { name: "登录" }).click();
  await signIn(page, valid.username, FIT);
  await enrol(page, "own");
  await expect(page.locator("h1")).toHaveText(FIT);
  await nothingRan(page, seen);
  await context.close();
  await server.kill();
});
