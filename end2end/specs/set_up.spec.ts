// A server without the demonstration: the first manager comes in by a link that works once.

import { join } from "node:path";
import { Server } from "../harness/server";
import { enrol, signIn } from "../harness/people";
import { expect, test } from "../harness/test";

test("the first start prints a link that sets up the community, once", async ({ folder, browser }) => {
  const server = await Server.start(join(folder, "data"), "--no-demo");
  const link = server.lines.join("\n").match(/http:\S+\/set-up\?token=\S+/)?.[0];
  expect(link).toBeDefined();
  const context = await browser.newContext({ locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  const page = await context.newPage();

  await page.goto(link!.replace(/token=\S+/, "token=guessed"));
  const fill = async (passPhrase: string) => {
    await page.getByLabel("小区名称（中文）").fill("桂花苑");
    await page.getByLabel("小区名称（英文）").fill("Osmanthus Court");
    await page.getByLabel("您的姓名").fill("何静");
    await page.getByLabel("用户名").fill("hejing");
    await page.locator("#field-password").fill(passPhrase);
    await page.getByRole("button", { name: "建立" }).click();
  };
  await fill("moonlight on tiles");
  await expect(page.getByRole("alert")).toContainText("这个链接已用过或已过期");

  await page.goto(link!);
  await fill("short");
  await expect(page.locator("#field-password-fault")).not.toBeEmpty();
  await expect(page.getByLabel("您的姓名")).toHaveValue("何静");
  await page.locator("#field-password").fill("moonlight on tiles");
  await page.getByRole("button", { name: "建立" }).click();
  await expect(page.getByText("已建好。请登录。")).toBeVisible();
  await page.getByRole("button", { name: "登录" }).click();
  await signIn(page, "hejing", "moonlight on tiles");
  await enrol(page, "own");
  await expect(page.locator("h1")).toHaveText("桂花苑");

  await page.goto(link!);
  await fill("moonlight on tiles");
  await expect(page.getByRole("alert")).toContainText("这个链接已用过或已过期");
  await context.close();
  await server.kill();
});
