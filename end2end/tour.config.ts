// The pictures of the tour in the README, taken anew from the app itself: `cargo xtask tour`.

import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

export default defineConfig({ ...tests, testDir: "tour", outputDir: "test-results", workers: 1, timeout: 300_000, use: { ...tests.use, locale: "en-US" } });
