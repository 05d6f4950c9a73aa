// docs/sync.md is complete enough to write a client from it alone: one was, by somebody who had read nothing else, and its constants
// and shapes come out of the document as it is now.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BINARY } from "../harness/server";
import { expect, test } from "../harness/test";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test("a client that was written from the document alone walks, sends, receives and survives a restore", async () => {
  test.setTimeout(180_000);
  const environment = { ...process.env, LAMPLIGHTER: BINARY, DOCUMENT: here("../../docs/sync.md") };
  const run = promisify(execFile)(process.execPath, ["--test", here("../document/client.test.mjs")], { env: environment });
  const said = await run.catch((failed) => failed);
  expect(said.stdout).toContain("# fail 0");
  expect(said.code, said.stdout).toBeUndefined();
});
