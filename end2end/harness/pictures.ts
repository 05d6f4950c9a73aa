// Pictures of the screens, kept for people to look at: end2end/artefacts.

import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

export async function picture(page: Page, name: string): Promise<void> {
  const path = fileURLToPath(new URL(`../artefacts/${name}.png`, import.meta.url));
  await page.screenshot({ path, animations: "disabled" });
}
