// The main job: rounds walked without a network reach the manager, whole and by their authors.

import { expectOneOutcomeEach, expectVisits, findRecords, type Stop } from "../harness/agreement";
import { DAY, dayAt, now } from "../harness/clock";
import {
  answer,
  arrive,
  asPrinted,
  chip,
  done,
  enrol,
  everythingIsSent,
  finish,
  goToNext,
  inLowerCase,
  item,
  lock,
  pasted,
  readyForOffline,
  signIn,
  signInAndEnrol,
  startRound,
  unlock,
} from "../harness/people";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";
import type { Page } from "@playwright/test";
import { confirmTablets, type Tag } from "../harness/server";

const NIGHT_PATROL: Stop[] = [
  {
    at: "北门岗亭",
    proof: asPrinted,
    answers: { forecourt: { press: "畅通" }, "carried-over": { type: "上一班：2号楼门禁卡待领" } },
  },
  { at: "西围墙中段", proof: inLowerCase },
  { at: "1号楼大堂", proof: pasted },
  { at: "1号楼6层走廊", proof: pasted, answers: { "no-ebikes": { press: "不适用" } } },
  { at: "2号楼大堂", proof: asPrinted },
  { at: "3号楼大堂", proof: asPrinted, note: "业主反映夜间有噪音，已记录" },
  {
    at: "儿童游乐区",
    proof: pasted,
    answers: { "lights-on": { press: "异常", note: "滑梯旁路灯不亮，已放警示牌" } },
  },
  { at: "东围墙中段", proof: { by: "hand", reason: "标签损坏，看不清" } },
  { at: "环路消防登高面", proof: pasted },
  { at: "车库B1层西区", proof: inLowerCase, answers: { sump: { press: "正常" } } },
  { at: "车库B2层东区", proof: pasted, answers: { sump: { press: "此处无井" } } },
  { at: "南门岗亭", proof: asPrinted, answers: { forecourt: { press: "畅通" } } },
];

const GATES: Stop[] = [
  { at: "北门岗亭", proof: asPrinted, answers: { forecourt: { press: "畅通" } } },
  { at: "东围墙中段", proof: pasted },
  { at: "南门岗亭", proof: pasted, answers: { forecourt: { press: "畅通" }, "release-slips": { press: "不适用" } } },
  { at: "车库出入口道闸", proof: asPrinted },
  { at: "西围墙中段", proof: asPrinted },
];

async function walk(page: Page, tags: Map<string, Tag>, stops: Stop[], look?: (stop: Stop) => Promise<void>): Promise<void> {
  for (const stop of stops) {
    await goToNext(page, stop.at);
    await arrive(page, tags.get(stop.at)!, stop.proof);
    for (const [key, given] of Object.entries(stop.answers ?? {})) await answer(page, key, given);
    if (stop.note) await page.locator("#field-note").fill(stop.note);
    await look?.(stop);
    await done(page);
  }
}

test("two guards' rounds walked on a dead network reach the manager whole", async ({ community, tablet, openDevice }) => {
  test.setTimeout(180_000);
  const tags = await community.tags();
  // After midnight it is yesterday's round that is walked.
  const day = dayAt(now() - DAY);

  let page = await tablet.open();
  await picture(page, "sign-in-zh");
  await signIn(page, "wang");
  await expect(page.getByText("共用平板")).toBeVisible();
  await picture(page, "enrol-zh");
  await enrol(page, "shared");
  await readyForOffline(page);
  await tablet.hasOnDisk("lamplighter-device");
  await confirmTablets(community.data);

  await community.server.stop();
  community.cable.cut();
  await tablet.goOffline();
  await tablet.kill();

  page = await tablet.open("offline");
  await expect(page.locator("ul.people")).toBeVisible();
  await picture(page, "unlock-zh");
  await unlock(page, "王建国", "2581");
  await expect(page.locator("#now")).toBeVisible();
  await picture(page, "today-zh");
  const night = await startRound(page, "夜间巡逻", "夜间巡逻 A");
  await walk(page, tags, NIGHT_PATROL, async (stop) => {
    if (stop.at === "儿童游乐区") {
      await item(page, "lights-on").scrollIntoViewIfNeeded();
      await picture(page, "checkpoint-zh");
      await page.getByRole("link", { name: "返回" }).click();
      await expect(page.getByText("有未完成的草稿")).toBeVisible();
      await picture(page, "walk-zh");
      await goToNext(page, stop.at);
    }
  });
  await page.getByRole("link", { name: "结束任务" }).click();
  await expect(page.locator("#field-note")).toBeVisible();
  await picture(page, "finish-zh");
  await page.getByRole("link", { name: "返回" }).click();
  await finish(page);
  // Its start, 12 visits, the finding and its end.
  await expect(chip(page)).toHaveText(/已存 \d\d:\d\d · 待传 15/);
  await chip(page).click();
  await expect(page.getByText("没有网络。会自动重试。")).toBeVisible();
  await picture(page, "waiting-zh");

  await lock(page);
  await unlock(page, "李志强", "3692");
  const gates = await startRound(page, "门岗围墙巡逻", "门岗与围墙巡逻");
  await walk(page, tags, GATES);
  await finish(page);
  await expect(chip(page)).toContainText("待传 22");

  await community.startAgain();
  await tablet.goOnline();
  await everythingIsSent(page);

  const manager = await openDevice({ locale: "en-US", viewport: { width: 1280, height: 800 } });
  await signInAndEnrol(manager, "manager", "own");
  await manager.goto(`/results?from=${day}`);
  const line = (round: string) => manager.locator("tr", { has: manager.locator(`a[href='/results/${round}']`) });
  await expect(line(night)).toContainText("Wang Jianguo");
  await expect(line(night).locator("[data-label=Visits]")).toHaveText("12/12");
  await expect(line(night).locator("[data-label=Failed]")).toHaveText("1");
  await expect(line(night).locator("[data-label=State]")).toContainText("Finished");
  await expect(line(night).locator("[data-label=When]")).toHaveText(/\d\d:\d\d/);
  await expect(line(gates)).toContainText("Li Zhiqiang");
  await expect(line(gates).locator("[data-label=Visits]")).toHaveText("5/5");
  await expect(line(gates).locator("[data-label=Failed]")).toHaveText("0");
  await picture(manager, "results-en-desktop");

  await line(night).getByRole("link").click();
  const story = manager.getByRole("list", { name: "What happened" });
  await expect(story.getByText("Wang Jianguo started")).toBeVisible();
  await expect(story.getByText("Wang Jianguo finished")).toBeVisible();
  const failed = story.locator("li.visit[data-state=failed]");
  await expect(failed).toHaveCount(1);
  await expect(failed.locator("summary")).toContainText("Children's play area");
  await expect(failed.locator("summary")).toContainText("Wang Jianguo · by tag");
  await expect(failed.locator(".answer[data-state=failed]")).toHaveText(/Lights working.*Fail.*滑梯旁路灯不亮，已放警示牌/);
  await expect(story.getByText("by hand: 标签损坏，看不清")).toBeVisible();
  await picture(manager, "story-en-desktop");

  await manager.locator("nav.navigation a[href='/findings']").click();
  const finding = manager.locator("main li", { hasText: "滑梯旁路灯不亮，已放警示牌" });
  await expect(finding).toContainText("Children's play area · Wang Jianguo");
  await picture(manager, "findings-en-desktop");

  const exported = await community.export();
  expectVisits(exported, night, "王建国", NIGHT_PATROL);
  expectVisits(exported, gates, "李志强", GATES);
  expectOneOutcomeEach(exported, { wang: 15, li: 7 });
  const findings = findRecords(exported, "finding");
  expect(findings).toHaveLength(1);
  expect(findings[0]!.body).toMatchObject({ note: "滑梯旁路灯不亮，已放警示牌" });
});
