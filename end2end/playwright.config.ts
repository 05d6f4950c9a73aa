// The real server in a real browser; `cargo xtask test --only browser` builds it and sets LAMPLIGHTER_BIN.

import { defineConfig } from "@playwright/test";
import { launchOptions } from "./chromium";

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  reporter: "list",
  workers: 2,
  fullyParallel: true,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: !!process.env.CI,
  use: { launchOptions, locale: "zh-CN", actionTimeout: 15_000, navigationTimeout: 30_000, screenshot: "only-on-failure" },
});
