// What a manager finds out from results: the filters stand in the address, and every number leads to what it counts.

import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { onOneDay } from "../harness/clock";
import { answer, arrive, done, everythingIsSent, finish, goToNext, item, pasted, signInAndEnrol, startUnplanned } from "../harness/people";
import { photograph } from "../harness/photographs";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";
import type { Tag } from "../harness/server";
import type { Page } from "@playwright/test";

const FORMULA = '=HYPERLINK("http://evil.example","点我")';
const DESK = { width: 1280, height: 900 };

/** Wang walks two of the five points of the gates: the first by hand with a failed item, then he is called away. */
async function walkGates(page: Page, tags: Map<string, Tag>): Promise<string> {
  const round = await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  await arrive(page, tags.get("北门岗亭")!, { by: "hand", reason: "标签损坏，看不清" });
  await answer(page, "barrier", { press: "异常", note: FORMULA });
  await item(page, "barrier").locator("input[type=file]").last().setInputFiles(await photograph(page, "道闸", 800, 600));
  await expect(item(page, "barrier").locator(".photos img")).toBeVisible();
  await answer(page, "forecourt", { press: "畅通" });
  await done(page);
  await goToNext(page, "东围墙中段");
  await arrive(page, tags.get("东围墙中段")!, pasted);
  await done(page);
  await page.locator(".foot a.quiet").click();
  await page.locator("#field-note").fill("被叫走");
  await page.locator(".foot button.main").click();
  await expect(page.locator("#now")).toBeVisible();
  await everythingIsSent(page);
  return round;
}

/** Somebody who oversees walks the pool and reads its gauges. */
async function walkPool(page: Page, tags: Map<string, Tag>, ph: string): Promise<string> {
  const round = await startUnplanned(page, "游泳池巡检");
  await goToNext(page, "室内游泳池");
  await arrive(page, tags.get("室内游泳池")!, pasted);
  for (const [key, type] of Object.entries({ chlorine: "0.5", ph, "water-temp": "26", footbath: "7" })) await answer(page, key, { type });
  await done(page);
  await finish(page);
  await everythingIsSent(page);
  return round;
}

const line = (page: Page, round: string) => page.locator("tbody tr", { has: page.locator(`th a[href='/results/${round}']`) });

/** The value of the option with these words, whatever stands before them. */
async function choose(page: Page, field: string, words: string): Promise<string> {
  const option = page.locator(`#field-${field} option`, { hasText: new RegExp(`^(– )*${words}$`) });
  const value = (await option.getAttribute("value"))!;
  await page.locator(`#field-${field}`).selectOption(value);
  return value;
}

test("every filter leaves what it names, and the address keeps it", async ({ community, openDevice }) => {
  test.setTimeout(240_000);
  await onOneDay();
  const tags = await community.tags();
  const guard = await openDevice();
  await signInAndEnrol(guard, "wang", "own");
  const gates = await walkGates(guard, tags);
  const supervisor = await openDevice();
  await signInAndEnrol(supervisor, "supervisor", "own");
  const pool = await walkPool(supervisor, tags, "7.2");
  const page = await openDevice({ viewport: DESK });
  await signInAndEnrol(page, "manager", "own");

  await page.locator("nav.navigation a[href='/results']").click();
  await expect(line(page, gates)).toContainText("王建国");
  await expect(line(page, gates).locator("[data-label=到点]")).toHaveText("2/5");
  await expect(line(page, pool).locator("[data-label=异常]")).toHaveText("0");
  await picture(page, "results-zh-desktop");

  const filters: [string, string, string][] = [
    ["area", "北门", "gates"],
    ["checklist", "门岗秩序", "gates"],
    ["person", "王建国", "gates"],
    ["kind", "巡逻", "gates"],
    ["outcome", "有异常项", "gates"],
    ["outcome", "手动到点", "gates"],
    ["outcome", "未到或未完成", "gates"],
    ["outcome", "要看的", "gates"],
    ["area", "会所", "pool"],
    ["checklist", "游泳池", "pool"],
  ];
  for (const [field, words, left] of filters) {
    const [stays, goes] = left === "gates" ? [gates, pool] : [pool, gates];
    await page.goto("/results");
    await expect(line(page, goes)).toBeVisible();
    const value = await choose(page, field, words);
    await expect(page, words).toHaveURL(`/results?${field}=${value}`);
    await expect(line(page, goes), words).toHaveCount(0);
    await expect(line(page, stays), words).toBeVisible();
    await page.reload();
    await expect(line(page, stays), words).toBeVisible();
    await expect(line(page, goes), words).toHaveCount(0);
    await expect(page.locator(`#field-${field}`)).toHaveValue(value);
    await page.goBack();
    await expect(line(page, goes), words).toBeVisible();
    await expect(page.locator(`#field-${field}`)).toHaveValue("");
  }

  for (const words of ["late", "unreported"]) {
    await page.goto(`/results?outcome=${words}`);
    await expect(page.locator("ul.chips li").first()).toBeVisible();
    await expect(line(page, gates)).toHaveCount(0);
    await expect(line(page, pool)).toHaveCount(0);
  }

  await page.goto("/results");
  await page.locator("#field-q").fill("道闸");
  await page.locator("#field-q").press("Enter");
  await expect(page).toHaveURL(`/results?q=${encodeURIComponent("道闸")}`);
  await expect(line(page, gates)).toBeVisible();
  await expect(line(page, pool)).toHaveCount(0);
  await choose(page, "outcome", "有异常项");
  await expect(page.locator("ul.chips li")).toHaveText(["结果：有异常项 ✕", "搜索：道闸 ✕", "清除筛选"]);
  await page.getByRole("link", { name: "去掉筛选“结果：有异常项”" }).click();
  await expect(page).toHaveURL(`/results?q=${encodeURIComponent("道闸")}`);
  await page.goBack();
  await expect(page.locator("#field-outcome")).toHaveValue("failed");
  await page.goForward();
  await expect(page.locator("#field-outcome")).toHaveValue("");
  await page.getByRole("link", { name: "清除筛选" }).click();
  await expect(page).toHaveURL("/results");
  await expect(page.locator("#field-q")).toHaveValue("");
  await expect(line(page, pool)).toBeVisible();

  await page.goto("/results?q=nowhere-to-be-found&outcome=failed");
  await expect(page.locator("main .empty")).toContainText("没有符合筛选的任务");
  await expect(page.locator("main .empty")).toContainText("试试去掉：结果：有异常项、搜索：nowhere-to-be-found");

  await page.goto("/results");
  await page.getByRole("link", { name: "近 7 天" }).click();
  await expect(page).toHaveURL(/\/results\?from=\d{4}-\d\d-\d\d$/);
  await expect(line(page, gates)).toBeVisible();
  await page.getByRole("columnheader", { name: "异常" }).getByRole("link").click();
  await expect(page.getByRole("columnheader", { name: "异常" })).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("columnheader", { name: "异常" }).getByRole("link").click();
  await expect(page.locator("tbody tr").first()).toContainText("门岗与围墙巡逻");
  await page.getByRole("link", { name: "1 项异常" }).click();
  await expect(page).toHaveURL(/\/results\/visits\?from=[-\d]+&outcome=failed$/);
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expect(page.locator("tbody tr")).toContainText("北门岗亭");
});

test("a round's story, a checkpoint over time, failed items by area and the file for spreadsheets agree", async ({ community, openDevice }) => {
  test.setTimeout(240_000);
  await onOneDay();
  const tags = await community.tags();
  const guard = await openDevice();
  await signInAndEnrol(guard, "wang", "own");
  const gates = await walkGates(guard, tags);
  const supervisor = await openDevice();
  await signInAndEnrol(supervisor, "supervisor", "own");
  for (const ph of ["7.2", "8.4", "7.5"]) await walkPool(supervisor, tags, ph);
  const page = await openDevice({ viewport: DESK });
  await signInAndEnrol(page, "manager", "own");

  await page.goto(`/results/${gates}`);
  const story = page.getByRole("list", { name: "经过" });
  await expect(story.locator("> li")).toHaveCount(4);
  for (const [place, words] of ["王建国 开始", "北门岗亭", "东围墙中段", "王建国 结束"].entries()) {
    await expect(story.locator("> li").nth(place)).toContainText(words);
  }
  await expect(story.locator("> li").nth(1)).toContainText("手动：标签损坏，看不清");
  await expect(story.locator(".answer[data-state=failed]")).toContainText(FORMULA);
  await expect(story.locator(".answer[data-state=failed] a[href^='/findings/']")).toBeVisible();
  const photo = story.locator(".answer[data-state=failed] .photos img");
  await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await expect(story.locator("> li").nth(3)).toContainText("被叫走");
  await expect(page.getByRole("heading", { name: "没有到的点" })).toBeVisible();
  await see(page, "story");

  await page.goto("/results/visits");
  await page.locator("tbody tr", { hasText: "室内游泳池" }).first().getByRole("link", { name: "历次记录" }).click();
  await expect(page.locator("h1")).toHaveText("室内游泳池");
  await expect(page.locator("figure.chart")).toHaveCount(4);
  const ph = page.locator("figure.chart", { hasText: "pH" });
  await expect(ph.getByRole("img")).toHaveAccessibleName(/3 次读数，7\.2 pH 至 8\.4 pH/);
  await ph.locator("summary").click();
  await expect(ph.locator("tbody tr")).toHaveCount(3);
  await expect(ph.locator("tbody tr[data-state=failed]")).toContainText("8.4 pH");
  await expect(page.locator("table.counts tbody tr")).toHaveCount(1);
  await expect(page.locator("table.counts tbody tr [data-label=异常]")).toHaveText("1");
  await see(page, "checkpoint-over-time");
  await page.locator("table.counts tbody tr [data-label=异常] a").click();
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expect(page).toHaveURL(/item=ph&outcome=failed/);

  await page.goto("/results/areas");
  const club = page.locator("table.counts").first().locator("tbody tr", { has: page.getByRole("link", { name: /会所$/ }) });
  await expect(club.locator("[data-label=到点]")).toHaveText("3");
  await expect(club.locator("[data-label=异常]")).toHaveText("1");
  await see(page, "areas");
  await club.locator("[data-label=异常] a").click();
  await expect(page).toHaveURL(/\/results\/visits\?area=[-\w]+&outcome=failed$/);
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expect(page.locator("tbody tr")).toContainText("1 项异常");
  await see(page, "visits");

  await page.goto("/results/visits?sort=when");
  const visits = await downloaded(page);
  expect(visits.name).toMatch(/^张江花园 \d{4}-\d\d-\d\d 到点\.csv$/);
  expect(visits.rows[0]).toContain("读数");
  const column = (heading: string) => visits.rows[0]!.indexOf(heading);
  for (const row of visits.rows) expect(row).toHaveLength(visits.rows[0]!.length);
  const barrier = visits.rows.find((row) => row[column("检查项")]?.startsWith("道闸"))!;
  expect(barrier[column("备注")]).toBe(`'${FORMULA}`);
  expect(barrier[column("判定")]).toBe("异常");
  expect(barrier[column("照片数")]).toBe("1");
  expect(barrier[column("谁")]).toBe("王建国");
  expect(barrier[column("手动原因")]).toBe("标签损坏，看不清");
  expect(barrier[column("时间")]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
  const read = visits.rows.filter((row) => row[column("单位")] === "pH").map((row) => [row[column("读数")], row[column("上限")], row[column("判定")]]);
  expect(read).toEqual([
    ["7.2", "7.8", "正常"],
    ["8.4", "7.8", "异常"],
    ["7.5", "7.8", "正常"],
  ]);

  await page.goto(`/results?person=${await personOf(page)}`);
  await expect(page.locator("tbody tr")).toHaveCount(1);
  const rounds = await downloaded(page);
  expect(rounds.rows).toHaveLength(2);
  expect(rounds.rows[1]).toContain(gates);
  expect(rounds.rows[1]).toContain("被叫走");

  await page.goto(`/results/${gates}`);
  await story.locator("> li").nth(1).getByRole("link", { name: "更正" }).click();
  await answer(page, "barrier", { press: "正常" });
  await page.locator("#field-reason").fill("看错了，道闸是好的");
  await page.locator(".foot button.main").click();
  await expect(page).toHaveURL(`/rounds/${gates}`);
  await page.goto(`/results/${gates}`);
  await expect(story.locator("> li")).toHaveCount(5);
  await expect(story.locator("> li").last()).toContainText("看错了，道闸是好的");
  await expect(story.locator("> li").last().locator("del")).toHaveText(`异常 — ${FORMULA}`);
  await expect(story.locator("> li").last().locator("ins")).toContainText("正常");
  await see(page, "story-corrected");
});

async function personOf(page: Page): Promise<string> {
  await page.goto("/results");
  return (await page.locator("#field-person option", { hasText: "王建国" }).getAttribute("value"))!;
}

/** The file as a spreadsheet reads it. */
async function downloaded(page: Page): Promise<{ name: string; rows: string[][] }> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "下载表格（CSV）" }).click();
  const file = await download;
  const text = readFileSync(await file.path(), "utf8");
  expect(text.startsWith("\uFEFF")).toBe(true);
  expect(text.endsWith("\r\n")).toBe(true);
  return { name: file.suggestedFilename(), rows: parse(text.slice(1)) };
}

/** RFC 4180, letter by letter. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted && c === '"' && text[i + 1] === '"') {
      cell += c;
      i++;
    } else if (c === '"') quoted = !quoted;
    else if (quoted || (c !== "," && c !== "\r" && c !== "\n")) cell += c;
    else if (c !== "\r") {
      rows.at(-1)!.push(cell);
      cell = "";
      if (c === "\n") rows.push([]);
    }
  }
  return rows.slice(0, -1);
}

test("an address that asks for nonsense gets a sentence at the field and loses nothing", async ({ openDevice }) => {
  const page = await openDevice({ viewport: DESK });
  const errors: Error[] = [];
  page.on("pageerror", (error) => errors.push(error));
  await signInAndEnrol(page, "manager", "own");
  const asks: [string, Record<string, string>][] = [
    ["from=9999-99-99&area=';drop", { from: "请选择日期，例如 2026-03-01。", area: "小区里没有这一项，请重新选择。" }],
    ["from=1970-01-01", { from: "没有这么早的记录。" }],
    ["to=9999-12-31", { to: "这一天还没到。" }],
    ["from=2026-03-02&to=2026-03-01", { from: "开始日期在结束日期之后。" }],
    ["from=2010-01-01", { from: "一次最多看 366 天。" }],
    ["person=%00&kind=../..&outcome=%F0%9F%94%A5&checklist=<b>", { person: "小区里没有这一项，请重新选择。", kind: "小区里没有这一项，请重新选择。", outcome: "小区里没有这一项，请重新选择。" }],
  ];
  for (const path of ["/results", "/results/visits", "/results/areas"]) {
    for (const [query, faults] of asks) {
      await page.goto(`${path}?${query}`);
      for (const [field, words] of Object.entries(faults)) {
        await expect(page.locator(`#${field}-fault`), `${path}?${query}`).toHaveText(words);
        await expect(page.locator(`#field-${field}`)).toHaveAttribute("aria-invalid", "true");
      }
      await expect(page.locator("main .empty")).toContainText("筛选条件有误");
    }
  }
  await see(page, "results-faults");
  await page.getByRole("link", { name: "清除筛选" }).click();
  await expect(page.locator("main .empty", { hasText: "筛选条件有误" })).toHaveCount(0);

  for (const path of ["/results?sort=%00&show=-1&q=%3Cscript%3Ealert(1)%3C/script%3E", `/results/visits?q=${"x".repeat(1_900)}&show=99999999999999999999`]) {
    await page.goto(path);
    await expect(page.locator("main .empty"), path).toBeVisible();
  }
  for (const path of ["/results/checkpoint/nonsense", "/results/checkpoint/0192f0c1-2345-7abc-8def-0123456789ab"]) {
    await page.goto(path);
    await expect(page.locator("h1"), path).toHaveText("这台设备上没有这条记录");
  }
  expect(errors).toEqual([]);
});

/** Axe finds nothing on this page by day, at night and in the sun; its pictures are kept, those of a phone too. */
async function see(page: Page, name: string): Promise<void> {
  for (const theme of ["light", "night", "sunlight"]) {
    await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => `${node.html} ${node.any.map((check) => check.message).join(" ")}`) }));
    expect.soft(found, `${name}, ${theme}`).toEqual([]);
    await picture(page, `${name}-zh-desktop-${theme}`);
  }
  const wide = page.viewportSize()!;
  for (const width of [360, 800]) {
    await page.setViewportSize({ width, height: 800 });
    await picture(page, `${name}-zh-${width}`);
  }
  await page.setViewportSize(wide);
  await page.evaluate(() => (document.documentElement.dataset.theme = "light"));
}
