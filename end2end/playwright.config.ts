// The real server in a real browser; `cargo xtask test --only browser` builds it and sets LAMPLIGHTER_BIN.

import { defineConfig } from "@playwright/test";
import { launchOptions } from "./chromium";

export default defineConfig({
  testDir: ".",
  outputDir: "test-results",
  reporter: "list",
  workers: 2,
  retries: 0,
  forbidOnly: !!process.env.CI,
  use: { launchOptions, trace: "retain-on-failure" },
});
