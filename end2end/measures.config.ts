// What people wait for, measured: `cargo xtask bench`. Nothing here fails because a machine is slow.

import { defineConfig } from "@playwright/test";
import { wholeBrowser } from "./chromium";
import tests from "./playwright.config";

export default defineConfig({
  ...tests,
  testDir: "measures",
  outputDir: "test-results",
  workers: 1,
  fullyParallel: false,
  timeout: 300_000,
  use: { ...tests.use, launchOptions: wholeBrowser },
});
