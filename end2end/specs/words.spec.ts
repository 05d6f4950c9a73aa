// Words that people type, however odd: kept as typed, shown as text, or refused with a sentence and nothing lost.

import { findRecords } from "../harness/agreement";
import { answer, arrive, asPrinted, done, everythingIsSent, goToNext, pasted, signInAndEnrol, startUnplanned } from "../harness/people";
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
