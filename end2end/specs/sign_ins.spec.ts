// Pass phrases, sessions and lost devices: what takes a session waits for it, and what was lost is ended from elsewhere.

import { answer, arrive, asPrinted, done, everythingIsSent, goToNext, lock, signIn, signInAndEnrol, startUnplanned, unlock } from "../harness/people";
import { picture } from "../harness/pictures";
import { expect, test } from "../harness/test";

test("what a manager asked for on a shared tablet waits by name until they sign in there, and holds up nobody's round", async ({ community, openDevice }) => {
  test.setTimeout(120_000);
  const tags = await community.tags();
  const tablet = await openDevice();
  await signInAndEnrol(tablet, "wang", "shared");
  await expect(tablet.getByText("这台平板还没有确认").first()).toBeVisible();
  const office = await openDevice({ viewport: { width: 1280, height: 900 } });
  await signInAndEnrol(office, "supervisor", "own");
  await office.goto("/devices");
  await office.locator("li.device", { hasText: "平板 1" }).getByRole("button", { name: "确认" }).click();
  await expect(office.getByRole("button", { name: "确认" })).toHaveCount(0);
  await expect(tablet.getByText("这台平板还没有确认")).toHaveCount(0, { timeout: 60_000 });

  await lock(tablet);
  await tablet.getByRole("link", { name: "用密码登录" }).click();
  await signIn(tablet, "manager");
  await expect(tablet.locator("nav.navigation")).toBeVisible();
  community.cable.cut();
  await tablet.goto("/people/new");
  await tablet.getByLabel("姓名（中文）").fill("钱小明");
  await tablet.getByRole("group", { name: /^岗位/ }).getByRole("checkbox", { name: "保安", exact: true }).check();
  await tablet.getByRole("button", { name: "保存" }).click();
  await expect(tablet.getByRole("heading", { level: 1 })).toHaveText("钱小明");
  await lock(tablet);

  await unlock(tablet, "李志强", "3692");
  const round = await startUnplanned(tablet, "门岗与围墙巡逻");
  await goToNext(tablet, "北门岗亭");
  await arrive(tablet, tags.get("北门岗亭")!, asPrinted);
  await answer(tablet, "forecourt", { press: "畅通" });
  await done(tablet);
  community.cable.plug();
  await tablet.goto("/waiting");
  const section = tablet.locator("section.card.attention", { hasText: "登录后才能上传" });
  await expect(section).toContainText("梁志远", { timeout: 60_000 });
  await expect.poll(async () => (await community.export()).changes.filter((change) => change.envelope.body.round === round).length, { timeout: 60_000 }).toBe(2);
  await picture(tablet, "waiting-to-sign-in");
  expect((await community.export()).changes.filter((change) => change.kind === "person.put" && change.username === "manager")).toHaveLength(0);

  await section.getByRole("link", { name: "登录" }).click();
  await signIn(tablet, "manager");
  await everythingIsSent(tablet);
  const put = (await community.export()).changes.filter((change) => change.kind === "person.put" && change.username === "manager");
  expect(put.map((change) => change.outcome.is)).toEqual(["accepted"]);
});

test("a resident's lost phone is ended by its owner from another, or by the steward, who gives a new pass phrase", async ({ community, openDevice }) => {
  test.setTimeout(120_000);
  const [lost, other] = [await openDevice(), await openDevice()];
  for (const phone of [lost, other]) {
    await signIn(phone, "resident");
    await phone.locator("button.main").click();
    await expect(phone.locator("nav.navigation")).toBeVisible({ timeout: 30_000 });
  }
  await other.goto("/settings");
  await other.getByRole("link", { name: "设备与密码" }).click();
  await expect(other.locator("li.device")).toHaveCount(4);
  await other.getByRole("button", { name: /^停用我的设备/ }).click();
  const question = other.getByRole("alertdialog");
  await expect(question.getByRole("heading")).toBeFocused();
  await picture(other, "sign-ins-question");
  await question.getByRole("button", { name: "停用" }).click();
  await expect(other.locator("li.device")).toHaveCount(2);
  await lost.reload();
  await expect(lost.getByRole("heading", { level: 1 })).toContainText(/停用|登录/, { timeout: 60_000 });

  await other.getByLabel("现在的密码").fill("not this one");
  await other.getByLabel("新密码").fill("another-lantern");
  await other.getByRole("button", { name: "换密码" }).click();
  await expect(other.getByText("现在的密码不对")).toBeVisible();
  await other.getByLabel("现在的密码").fill("lantern-by-night");
  await other.getByRole("button", { name: "换密码" }).click();
  await expect(other.getByText("密码已换好")).toBeVisible();

  const desk = await openDevice({ viewport: { width: 1280, height: 900 } });
  await signInAndEnrol(desk, "steward", "own");
  await desk.goto("/households");
  await desk.locator("main a.row", { hasText: "2栋0301" }).click();
  await desk.getByRole("button", { name: /的账号$/ }).first().click();
  await desk.getByRole("button", { name: "手机丢了" }).click();
  await expect(desk.getByRole("alertdialog").getByRole("heading")).toBeFocused();
  await picture(desk, "household-lost-phone");
  await desk.getByRole("alertdialog").getByRole("button", { name: "停用" }).click();
  await expect(desk.getByText("已全部退出")).toBeVisible();
  await desk.getByRole("button", { name: "换密码" }).click();
  await expect(desk.getByRole("heading", { name: "请交给本人" })).toBeFocused();
  await expect(other.getByRole("heading", { level: 1 })).toContainText(/停用|登录/, { timeout: 60_000 });
});
