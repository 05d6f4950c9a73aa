// The real server in a real browser; `cargo xtask test --only browser` builds it and sets LAMPLIGHTER_BIN.

import { defineConfig } from "@playwright/test";
import { launchOptions } from "./chromium";

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  reporter: "list",
  // On two cores; they keep both busy, and more would only wait for each other.
  workers: 3,
  fullyParallel: true,
  // Where nobody can look again at once, what failed for a busy machine's sake is told as flaky; what fails twice is wrong.
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: !!process.env.CI,
  use: { launchOptions, locale: "zh-CN", actionTimeout: 15_000, navigationTimeout: 30_000, screenshot: "only-on-failure" },
});
