// Addresses that lead nowhere, or to what is not for everybody.

import { signInAndEnrol } from "../harness/people";
import { expect, test } from "../harness/test";

const SOMEBODY_ELSES = "0192f0c1-2345-7abc-8def-0123456789ab";

test("what is not on the device, or is another community's, shows the same sentence", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "manager", "own");
  for (const path of [
    `/rounds/${SOMEBODY_ELSES}`,
    "/rounds/nonsense",
    `/rounds/${SOMEBODY_ELSES}/finish`,
    `/rounds/${SOMEBODY_ELSES}/stops/${SOMEBODY_ELSES}`,
    "/rounds/nonsense/stops/nonsense",
    `/findings/${SOMEBODY_ELSES}`,
    "/findings/%00%F0%9F%94%A5",
    `/results/${SOMEBODY_ELSES}`,
  ]) {
    await page.goto(path);
    await expect(page.locator("h1"), path).toHaveText("这台设备上没有这条记录");
    await page.getByRole("link", { name: "返回" }).click();
    await expect(page.locator("#now"), path).toBeVisible();
  }
});

test("an unknown address says so and leads back", async ({ openDevice }) => {
  const page = await openDevice({ locale: "en-US" });
  await signInAndEnrol(page, "wang", "own");
  for (const path of ["/no-such-page", "/rounds/a/b/c/d", "/results/x/y"]) {
    await page.goto(path);
    await expect(page.locator("h1"), path).toHaveText("There is no such page");
    await page.getByRole("link", { name: "Today" }).first().click();
    await expect(page.locator("#now")).toBeVisible();
  }
});

test("pages for managers tell a guard that they are not for them", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "own");
  await expect(page.getByRole("link", { name: "巡查结果" })).toHaveCount(0);
  await page.goto("/results");
  await expect(page.getByText("这个页面不在您的权限内")).toBeVisible();
  await page.goto("/devices");
  await expect(page.getByText("您的岗位不能做这一步。")).toBeVisible();
});

test("the address follows the page: back goes back and a reload stays", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "own");
  await page.locator("nav.navigation a[href='/findings']").click();
  await expect(page).toHaveURL("/findings");
  await page.getByRole("link", { name: "已处理" }).click();
  await expect(page).toHaveURL("/findings?show=corrected");
  await page.getByRole("link", { name: "上报问题" }).click();
  await expect(page).toHaveURL("/findings/new");
  await page.reload();
  await expect(page.locator("h1")).toHaveText("上报问题");
  await page.goBack();
  await expect(page).toHaveURL("/findings?show=corrected");
  await expect(page.getByRole("link", { name: "已处理" })).toHaveAttribute("aria-current", "true");
  await page.goBack();
  await page.goBack();
  await expect(page.locator("#now")).toBeVisible();
});
