// Whether a page can be read: by axe, and by somebody who looks at it on a phone or on a desk.

import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { picture } from "./pictures";

/** A display, how wide it is in CSS pixels, and whether axe reads the page there too. */
export type Look = readonly ["light" | "night" | "sunlight", 360 | 1280, "axe"?];

/** Nothing is wider than the page, no word is cut, and axe finds nothing, in each of these looks. Keeps a picture of each. */
export async function see(page: Page, name: string, language: string, looks: readonly Look[]): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  for (const [theme, width, axe] of looks) {
    const where = `${name}, ${language}, ${theme}, ${width} px`;
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
    expect.soft(await page.evaluate(cut), where).toEqual([]);
    if (axe) expect.soft(await violations(page), where).toEqual([]);
    await picture(page, `pages/${name}-${language}-${width}-${theme}`);
  }
}

async function violations(page: Page): Promise<object[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] }).analyze();
  return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => `${node.html} ${node.any.map((check) => check.message).join(" ")}`) }));
}

/** What is cut off: the page itself, and each piece of text that leaves what holds it. Runs in the page. */
function cut(): string[] {
  const found = new Set<string>();
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.add(`the page is ${root.scrollWidth} wide and shows ${root.clientWidth}`);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode as Text;
    const words = text.data.trim();
    const parent = text.parentElement!;
    // Told to those who listen, or a way that shows once it is reached by keyboard.
    if (!words || parent.closest(".unseen, .skip, script, style, option") || !parent.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const line of range.getClientRects()) {
      if (line.width === 0) continue;
      if (line.left < -1 || line.right > root.clientWidth + 1) found.add(`beside the page: ${words}`);
      for (let around: Element | null = parent; around && around !== document.body; around = around.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(around);
        const box = around.getBoundingClientRect();
        const isCutX = overflowX !== "visible" && (line.left < box.left - 1 || line.right > box.right + 1);
        const isCutY = ["hidden", "clip"].includes(overflowY) && (line.top < box.top - 2 || line.bottom > box.bottom + 2);
        if (isCutX || isCutY) found.add(`cut by ${around.tagName} ${around.className}: ${words}`);
      }
    }
  }
  for (const field of document.querySelectorAll("button, input[placeholder]")) {
    if (field.clientWidth > 0 && field.scrollWidth > field.clientWidth + 1) found.add(`too narrow: ${field.textContent || field.getAttribute("placeholder")}`);
  }
  return [...found];
}
