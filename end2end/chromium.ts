// How every test starts Chromium: Debian's, without the traffic it makes of its own.

import { existsSync } from "node:fs";

const WHOLE = "/usr/bin/chromium";
const WITHOUT_WINDOWS = "/usr/bin/chromium-headless-shell";

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The whole browser, with its profile on disk, its cameras and what it may use them for. */
export const wholeBrowser = { executablePath: WHOLE, args };

/** The same engine without windows, in half the time, where there is one: for pages that are opened and forgotten. */
export const launchOptions = { executablePath: existsSync(WITHOUT_WINDOWS) ? WITHOUT_WINDOWS : WHOLE, args };
