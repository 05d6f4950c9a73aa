// Codes that do not prove presence here.

import { goToNext, signInAndEnrol, startUnplanned, typeCode } from "../harness/people";
import { expect, test } from "../harness/test";

test("a code that is not this checkpoint's says what it is and what to do", async ({ community, openDevice }) => {
  const tags = await community.tags();
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  const fault = page.locator("#tag-fault");
  const here = tags.get("北门岗亭")!.content;
  const forged = here.slice(0, -1) + (here.endsWith("0") ? "1" : "0");
  const said: [string, string][] = [
    ["", "这不是标签编码。编码是 8 位字母和数字。"],
    ["北门", "这不是标签编码。编码是 8 位字母和数字。"],
    ["x".repeat(10_000), "这不是标签编码。编码是 8 位字母和数字。"],
    ["https://example.com/pay?to=me", "这不是标签编码。编码是 8 位字母和数字。"],
    ["0000-0000", "小区里没有这个标签。请检查后再输入。"],
    [forged, "这个标签不是本小区发的。请报告主管。"],
    [tags.get("室内游泳池")!.short_code, "这是“室内游泳池”的标签。 不在这条路线上。"],
  ];
  for (const [code, sentence] of said) {
    await typeCode(page, code);
    await expect(fault).toHaveText(sentence);
    await expect(page.locator(".arrived")).toHaveCount(0);
  }

  await typeCode(page, tags.get("南门岗亭")!.content);
  await expect(fault).toHaveText("这是“南门岗亭”的标签。");
  await page.getByRole("link", { name: "去“南门岗亭”" }).click();
  await expect(page.locator("h1")).toHaveText("南门岗亭");
  await typeCode(page, tags.get("南门岗亭")!.content);
  await expect(page.locator(".arrived")).toContainText("标签到点");
});

test("arriving by hand needs a reason", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await startUnplanned(page, "门岗与围墙巡逻");
  await goToNext(page, "北门岗亭");
  await page.getByRole("button", { name: "没有标签？手动到点" }).click();
  await page.getByRole("button", { name: "手动到点", exact: true }).click();
  await expect(page.locator("#field-reason-fault")).toHaveText("请填写。");
  await page.getByRole("button", { name: "标签不见了" }).click();
  await page.getByRole("button", { name: "手动到点", exact: true }).click();
  await expect(page.locator(".arrived")).toContainText("手动到点 · 标签不见了");
});
