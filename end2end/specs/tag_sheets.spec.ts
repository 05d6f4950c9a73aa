// Tags out of the app: printed on A4, re-issued, and what a guard's tablet then says of the old one.

import { goToNext, signInAndEnrol, startUnplanned, typeCode } from "../harness/people";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";
import type { Page } from "@playwright/test";

const REPLACED = "这是旧标签，已换新。请报告主管。";

async function openTags(page: Page): Promise<void> {
  await page.locator("nav.navigation a[href='/settings']").click();
  await page.locator("main a[href='/checkpoints']").click();
  await expect(page.locator("main ul.rows li").first()).toBeVisible();
}

/** How many sheets of paper the printer takes. */
async function paper(page: Page): Promise<number> {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)!.length;
}

test("a manager chooses checkpoints and prints their tags on A4, cut marks and all", async ({ community, openDevice }) => {
  const tags = [...(await community.tags()).values()];
  const page = await openDevice({ viewport: { width: 1280, height: 900 } });
  await signInAndEnrol(page, "manager", "own");
  await openTags(page);
  await expect(page.locator("main ul.rows li")).toHaveCount(tags.length);
  await expect(page.locator(".foot button.main")).toBeDisabled();

  await page.locator("main input[type=search]").fill("no such place");
  await expect(page.locator("main .empty")).toContainText("没有找到");
  await page.locator("main input[type=search]").fill("gate POST");
  await expect(page.locator("main ul.rows li")).toHaveCount(tags.filter((tag) => /gate post/i.test(tag.name.en)).length);
  await page.locator("main input[type=search]").fill("");
  await page.getByRole("button", { name: `全选这 ${tags.length} 个` }).click();
  await page.getByRole("button", { name: `查看 ${tags.length} 张标签` }).click();

  const printed = page.locator(".tag-sheet .tag");
  await expect(printed).toHaveCount(tags.length);
  const codes = await page.locator(".tag-typed").allTextContents();
  expect(codes.sort()).toEqual(tags.map((tag) => tag.short_code).sort());
  await page.emulateMedia({ media: "print" });
  for (const [size, perSheet] of [[40, 16], [60, 9], [90, 4]] as const) {
    await page.emulateMedia({ media: "screen" });
    await page.getByRole("button", { name: `${size} 毫米` }).click();
    await page.emulateMedia({ media: "print" });
    const edge = (await page.locator(".tag-code").first().boundingBox())!.width;
    expect(edge, "CSS has 96 pixels an inch").toBeCloseTo((size / 25.4) * 96, 0);
    expect(await paper(page)).toBe(Math.ceil(tags.length / perSheet));
    await expect(page.locator("nav.navigation, .top, .foot, .tag-options").filter({ visible: true })).toHaveCount(0);
    await picture(page, `tags-${size}`);
  }
  await page.emulateMedia({ media: "screen" });
  const first = printed.first().locator("figcaption");
  const both = await first.textContent();
  await page.getByRole("button", { name: "English" }).click();
  await expect(first).not.toHaveText(both!);
  await expect(first).not.toContainText(/[\u4e00-\u9fff]{3}/);

  await page.evaluate(() => {
    document.documentElement.dataset.theme = "night";
    window.print = () => document.documentElement.setAttribute("data-printed", "yes");
  });
  await expect(printed.first()).toHaveCSS("background-color", "rgb(255, 255, 255)");
  await picture(page, "tags-night");
  await page.getByRole("button", { name: `打印 ${tags.length} 张` }).click();
  await expect(page.locator("html[data-printed]")).toHaveCount(1);
});

test("a re-issued tag is shown at once, and a tablet calls the old one replaced", async ({ community, openDevice }) => {
  const old = (await community.tags()).get("北门岗亭")!;
  const office = await openDevice();
  await signInAndEnrol(office, "manager", "own");
  await openTags(office);
  await office.getByRole("button", { name: "“北门岗亭”作废换新" }).click();
  await expect(office.getByRole("alertdialog")).toContainText("作废“北门岗亭”现在的标签？");
  await picture(office, "tags-reissue");
  await office.getByRole("button", { name: "取消" }).click();
  await expect(office.getByRole("alertdialog")).toHaveCount(0);
  expect((await community.tags()).get("北门岗亭")).toEqual(old);
  await office.getByRole("button", { name: "“北门岗亭”作废换新" }).click();
  await office.getByRole("button", { name: "作废并打印新标签" }).click();
  await expect(office.locator(".tag")).toHaveCount(1);
  const fresh = (await community.tags()).get("北门岗亭")!;
  await expect(office.locator(".tag-typed")).toHaveText(fresh.short_code);
  expect(fresh.short_code).not.toBe(old.short_code);

  const tablet = await openDevice();
  await signInAndEnrol(tablet, "wang", "shared");
  await startUnplanned(tablet, "门岗与围墙巡逻");
  await goToNext(tablet, "北门岗亭");
  for (const code of [old.short_code, old.content]) {
    await typeCode(tablet, code);
    await expect(tablet.locator("#tag-fault")).toHaveText(REPLACED);
  }
  await typeCode(tablet, fresh.short_code);
  await expect(tablet.locator(".arrived")).toBeVisible();
});

test("without a network the list is there and printing says what is missing", async ({ community, openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "manager", "own");
  await openTags(page);
  community.cable.cut();
  await page.locator("main ul.rows input").first().check();
  await page.locator(".foot button.main").click();
  await expect(page.getByRole("alert")).toContainText("连不上服务器");
  community.cable.plug();
  await page.locator(".foot button.main").click();
  await expect(page.locator(".tag")).toHaveCount(1);
  await page.getByRole("button", { name: "重新选择" }).click();
  await expect(page.locator("main ul.rows input").first()).toBeChecked();
});

test("a guard has no way to print tags", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "own");
  await page.locator("nav.navigation a[href='/settings']").click();
  await expect(page.locator("main form")).toBeVisible();
  await expect(page.locator("main a[href='/checkpoints']")).toHaveCount(0);
  await page.goto("/checkpoints");
  await expect(page.getByText("这个页面不在您的权限内")).toBeVisible();
  const status = await page.evaluate(async () => {
    const body = JSON.stringify({ checkpoints: [] });
    const answer = await fetch("/api/v1/online/tag_sheet", { method: "POST", body, headers: { "content-type": "application/json" } });
    return answer.status;
  });
  expect(status).toBe(403);
});
