// A network that lies, and a session that ends: what was saved waits and arrives.

import { expectOneOutcomeEach, expectVisits, type Stop } from "../harness/agreement";
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
  lock,
  pasted,
  signIn,
  signInAndEnrol,
  startUnplanned,
  unlock,
} from "../harness/people";
import { expect, test } from "../harness/test";
import type { Page } from "@playwright/test";
import type { Tag } from "../harness/server";

const GATES: Stop[] = [
  { at: "北门岗亭", proof: asPrinted, answers: { forecourt: { press: "畅通" } } },
  { at: "东围墙中段", proof: pasted, answers: { "doors-shut": { canned: "闭门器损坏" } } },
  { at: "南门岗亭", proof: pasted, answers: { forecourt: { press: "畅通" } } },
  { at: "车库出入口道闸", proof: asPrinted },
  { at: "西围墙中段", proof: asPrinted },
];

async function visit(page: Page, tags: Map<string, Tag>, stop: Stop): Promise<void> {
  await goToNext(page, stop.at);
  await arrive(page, tags.get(stop.at)!, stop.proof);
  for (const [key, given] of Object.entries(stop.answers ?? {})) await answer(page, key, given);
  await done(page);
}

test("a round goes on and is sent after its guard's session has ended", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  for (const stop of GATES.slice(0, 2)) await visit(page, tags, stop);
  await everythingIsSent(page);

  await page.context().clearCookies({ name: "lamplighter-session" });
  for (const stop of GATES.slice(2)) await visit(page, tags, stop);
  await finish(page);
  await everythingIsSent(page);

  const exported = await community.export();
  expectVisits(exported, round, "王建国", GATES);
  expectOneOutcomeEach(exported, { wang: 8 });
});

test("an answer of 200 that is not the server's leaves everything waiting", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");

  community.cable.captivate();
  const portal = page.waitForResponse((response) => response.url().endsWith("/push") && response.status() === 200);
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  expect((await portal).headers()["content-type"]).toBe("text/html");
  for (const stop of GATES) await visit(page, tags, stop);
  await finish(page);
  await expect(chip(page)).toContainText("待传 8");
  await chip(page).click();
  await expect(page.getByText("没有网络。会自动重试。")).toBeVisible();
  await expect(page.locator("main li", { hasText: "到点记录" })).toHaveCount(5);

  community.cable.plug();
  await page.getByRole("button", { name: "现在上传" }).click();
  await everythingIsSent(page);
  await expect(page.getByText("没有待传的记录")).toBeVisible();
  const exported = await community.export();
  expectVisits(exported, round, "王建国", GATES);
  expectOneOutcomeEach(exported, { wang: 8 });
});

test("a server killed in mid-round and started again gets every change once", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await visit(page, tags, GATES[0]!);
  await community.server.kill();
  for (const stop of GATES.slice(1)) await visit(page, tags, stop);
  await finish(page);
  await expect(chip(page)).toContainText("待传");
  await community.startAgain();
  await chip(page).click();
  await page.getByRole("button", { name: "现在上传" }).click();
  await everythingIsSent(page);
  const exported = await community.export();
  expectVisits(exported, round, "王建国", GATES);
  expectOneOutcomeEach(exported, { wang: 8 });
});

test("a device that lost its credential keeps everything, and signing in sends it", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "manager", "shared");
  await lock(page);
  await page.reload();
  await unlock(page, "李志强", "3692");
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await everythingIsSent(page);
  // The answer to a hello that is on its way would give the credential back.
  community.cable.cut();
  await page.context().clearCookies();
  community.cable.plug();
  for (const stop of GATES) await visit(page, tags, stop);
  await finish(page);
  await expect(chip(page)).toContainText("待传 7");
  await expect(page.getByText("这台设备未登记", { exact: true })).toBeVisible();

  await page.getByRole("alert").getByRole("link", { name: "登录" }).click();
  await signIn(page, "manager");
  await enrol(page, "shared");
  await everythingIsSent(page);
  const exported = await community.export();
  expectVisits(exported, round, "李志强", GATES);
  expectOneOutcomeEach(exported, { li: 8 });
});

test("a device that loses its credential in mid-round lets the guard who signed in walk on", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await startUnplanned(page, "门岗与围墙巡逻");
  await everythingIsSent(page);
  // The answer to a hello that is on its way would give the credential back.
  community.cable.cut();
  await page.context().clearCookies();
  community.cable.plug();
  for (const stop of GATES) await visit(page, tags, stop);
  await expect(page.locator(".progress-line")).toContainText("5/5");
});
