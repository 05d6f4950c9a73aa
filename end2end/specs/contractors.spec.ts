// A contractor's people are told that something is open where they walk, and not what.

import { everythingIsSent, signInAndEnrol } from "../harness/people";
import { expect, test } from "../harness/test";

const FOUND = "井盖松动，踩上去会翻";

test("a cleaner's phone says that a danger is open where a guard found one, and nothing else of it", async ({ openDevice }) => {
  const guard = await openDevice();
  await signInAndEnrol(guard, "wang", "own");
  await guard.goto("/findings/new");
  await guard.getByLabel("在哪里？").selectOption({ label: "中央草坪" });
  await guard.getByLabel("什么问题？").fill(FOUND);
  await guard.getByLabel("有危险").check();
  await guard.getByRole("button", { name: "上报" }).click();
  await everythingIsSent(guard);
  const lines = guard.locator("main ul.rows li");
  await expect(lines).toHaveCount(1);
  await expect(lines).toContainText(`危险：${FOUND}`);

  const cleaner = await openDevice({ viewport: { width: 360, height: 740 } });
  await signInAndEnrol(cleaner, "cleaner", "own");
  await cleaner.locator("main a[href='/findings']").click();
  const told = cleaner.locator("main ul.rows li");
  await expect(told).toHaveCount(1);
  await expect(told).toContainText("这里有危险，还没有处理");
  await expect(told).toContainText("中央草坪");
  await expect(told.locator("a, button")).toHaveCount(0);
  await expect(cleaner.getByText(FOUND)).toHaveCount(0);

  await lines.getByRole("link").click();
  await expect(guard.getByText("有危险")).toBeVisible();
  await guard.getByLabel("怎么处理的？").fill("换了新井盖");
  await guard.getByRole("button", { name: "标为已处理" }).click();
  await everythingIsSent(guard);
  await expect(cleaner.getByText("没有未处理的问题")).toBeVisible({ timeout: 30_000 });
});
