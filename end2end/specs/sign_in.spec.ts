// Who may come in: pass phrases, PINs, and how often they may be wrong.

import { choosePerson, enrol, everythingIsSent, lock, signIn, signInAndEnrol, startUnplanned, typePin, unlock } from "../harness/people";
import { expect, test } from "../harness/test";

test("a wrong pass phrase is said and the form keeps the name", async ({ openDevice }) => {
  const page = await openDevice();
  await signIn(page, "wang", "lantern-by-day");
  await expect(page.getByRole("alert")).toHaveText("✕用户名或密码不对。");
  await expect(page.locator("#field-username")).toHaveValue("wang");
  await signIn(page, "nobody-of-this-name", "lantern-by-day");
  await expect(page.locator("button[type=submit]")).toBeEnabled();
  await expect(page.getByRole("alert")).toHaveText("✕用户名或密码不对。");
  await signIn(page, "wang");
  await enrol(page, "shared");
});

test("after too many wrong pass phrases even the right one has to wait", async ({ openDevice }) => {
  const page = await openDevice({ locale: "en-US" });
  for (let i = 0; i < 5; i++) {
    const answered = page.waitForResponse(/sign_in/);
    await signIn(page, "wang", `guess ${i}`);
    await answered;
    await expect(page.locator("button[type=submit]")).toBeEnabled();
  }
  await signIn(page, "wang");
  await expect(page.getByRole("alert")).toHaveText(/Too many attempts\. Try again in \d+ min\./);
  await expect(page.locator("#field-username")).toHaveValue("wang");
  await signIn(page, "li");
  await expect(page.getByRole("radio").first()).toBeVisible();
});

test("without the server nobody signs in and the sentence says so", async ({ community, openDevice }) => {
  const page = await openDevice();
  await expect(page.locator("#field-username")).toBeVisible();
  community.cable.cut();
  await signIn(page, "wang");
  await expect(page.getByRole("alert")).toContainText("连不上服务器");
  community.cable.captivate();
  await signIn(page, "wang");
  await expect(page.locator("button[type=submit]")).toBeEnabled();
  await expect(page.getByRole("alert")).toContainText("连不上服务器");
  await expect(page.locator("#field-username")).toHaveValue("wang");
  community.cable.plug();
  await signIn(page, "wang");
  await expect(page.getByRole("radio").first()).toBeVisible();
});

test("after five wrong PINs each further one has to wait, and colleagues do not", async ({ openDevice }) => {
  const page = await openDevice();
  await signInAndEnrol(page, "wang", "shared");
  await lock(page);
  await choosePerson(page, "王建国");
  for (let i = 0; i < 5; i++) {
    await typePin(page, "0000");
    await expect(page.getByRole("alert")).toContainText("PIN 不对。");
    await expect(page.locator(".pin-dots")).toHaveText("○○○○");
  }
  await typePin(page, "2581");
  await expect(page.getByRole("alert")).toContainText(/试得太多了，请等 \d+ 秒。/);
  await page.reload();
  await choosePerson(page, "王建国");
  await typePin(page, "2581");
  await expect(page.getByRole("alert")).toContainText("试得太多了");
  await page.getByRole("button", { name: "换人" }).click();
  await unlock(page, "李志强", "3692");
});

test("a resident who signs in can only have a phone of their own, comes to their household's page, and can leave", async ({ openDevice }) => {
  const page = await openDevice();
  await signIn(page, "resident");
  await expect(page.getByRole("radio")).toHaveCount(1);
  await page.getByRole("button", { name: "登记这台设备" }).click();
  await expect(page.locator("main .lead")).toContainText("2栋0301");
  await page.locator("nav.navigation a[href='/settings']").click();
  await page.getByRole("button", { name: "退出登录" }).click();
  await expect(page.locator("a[href='/sign-in']")).toBeVisible();
});

test("locking a shared tablet ends the session of whoever signed in there, and without a network as soon as there is one", async ({ community, openDevice }) => {
  const page = await openDevice();
  const isSignedIn = async () => (await page.context().cookies()).some(({ name }) => name === "lamplighter-session");
  await signInAndEnrol(page, "supervisor", "shared");
  expect(await isSignedIn()).toBe(true);
  await lock(page);
  await expect.poll(isSignedIn).toBe(false);

  await page.getByRole("link", { name: "用密码登录" }).click();
  await signIn(page, "supervisor");
  await expect(page.locator("nav.navigation")).toBeVisible();
  expect(await isSignedIn()).toBe(true);
  community.cable.cut();
  await lock(page);
  await unlock(page, "王建国", "2581");
  await page.locator("nav.navigation a[href='/settings']").click();
  await page.locator("#field-pin").fill("1357");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname.split("/").pop()!));
  community.cable.plug();
  await page.locator("form button[type=submit]").click();
  await expect(page.locator("#pin-fault")).toContainText("登录已过期");
  expect(asked.indexOf("set_pin"), "not before the session has ended").toBeGreaterThan(asked.indexOf("sign_out"));
  expect(asked).toContain("sign_out");
  expect(await isSignedIn()).toBe(false);
});

/** Runs in the page: a network on which the answer to a sign-out takes until the test lets it come. */
function signOutSlowly(): void {
  const ask = window.fetch.bind(window);
  const page = window as unknown as { signOuts: number; answer: () => void };
  page.signOuts = 0;
  window.fetch = (asked, init) => {
    if (!(asked instanceof Request ? asked.url : String(asked)).includes("sign_out")) return ask(asked, init);
    page.signOuts += 1;
    return new Promise<void>((resolve) => (page.answer = resolve)).then(() => ask(asked, init));
  };
}

test("a session is ended once, however often the server is heard meanwhile, and whoever signs in next stays signed in", async ({ openDevice }) => {
  const page = await openDevice({ script: signOutSlowly });
  await signInAndEnrol(page, "supervisor", "shared");
  await lock(page);
  const signOuts = () => page.evaluate(() => (window as any).signOuts as number);
  await expect.poll(signOuts).toBe(1);
  await unlock(page, "王建国", "2581");
  await startUnplanned(page, "门岗与围墙巡逻");
  await everythingIsSent(page);
  await lock(page);
  await page.getByRole("link", { name: "用密码登录" }).click();
  await signIn(page, "supervisor");
  await expect(page.locator("button[type=submit]"), "waits until the one before is gone").toBeDisabled();
  expect(await signOuts()).toBe(1);
  await page.evaluate(() => (window as any).answer());
  await expect(page.locator("nav.navigation")).toBeVisible();
  expect(await signOuts()).toBe(1);
  expect((await page.context().cookies()).map(({ name }) => name)).toContain("lamplighter-session");
});
