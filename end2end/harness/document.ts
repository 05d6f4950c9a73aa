// The commands that docs/installing.md tells people to type, for typing them.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const DOCUMENT = readFileSync(fileURLToPath(new URL("../../docs/installing.md", import.meta.url)), "utf8");

/** The one block of commands in the document that has these words. */
export function commandsWith(words: string): string {
  const blocks = [...DOCUMENT.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1]!);
  const [block, ...more] = blocks.filter((text) => text.includes(words));
  if (!block || more.length > 0) throw new Error(`${more.length + 1} blocks with ${words}`);
  return block;
}

/** Types the commands in this folder. */
export function type(commands: string, folder: string, environment: Record<string, string> = {}): void {
  execFileSync("sh", ["-eu", "-c", commands], { cwd: folder, env: { ...process.env, ...environment }, stdio: "pipe" });
}
