// The rules are compiled twice: on what one device decided, the server must not decide otherwise.

import { readFileSync } from "node:fs";

import { expect, test } from "../harness/test";

const file = (name: string) => readFileSync(new URL(`../../target/rulings/${name}`, import.meta.url));

interface Rules {
  memory: WebAssembly.Memory;
  room(bytes: number): number;
  rule(): number;
  ruling(): number;
}

test("the browser rules on every case as the server does, byte for byte", async ({ page, community }) => {
  const lines = file("rulings.jsonl").toString("utf8").trimEnd().split("\n");
  const cases = lines.filter((_, at) => at % 2 === 0);
  const rulings = lines.filter((_, at) => at % 2 === 1);
  expect(cases.length).toBe(rulings.length);
  const kinds = new Set(cases.map((text) => (JSON.parse(text) as { change: { kind: string } }).change.kind));
  console.log(`${cases.length} cases of ${kinds.size} kinds of change, ${lines.join("").length} characters`);
  expect(cases.length).toBeGreaterThan(1_000);

  await page.goto(community.url);
  const wasm = file("rulings.wasm").toString("base64");
  const differing = await page.evaluate(
    async ({ wasm, cases, rulings }) => {
      const bytes = Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0));
      // Rules ask nobody for anything: whatever is linked in beside them must not be called.
      const imports: WebAssembly.Imports = {};
      const module = await WebAssembly.compile(bytes);
      for (const { module: from, name } of WebAssembly.Module.imports(module)) {
        const asked = () => {
          throw new Error(`the rules asked for ${name}`);
        };
        imports[from] = { ...imports[from], [name]: asked };
      }
      const instance = await WebAssembly.instantiate(module, imports);
      const { memory, room, rule, ruling } = instance.exports as unknown as Rules;
      const rules = (text: string) => {
        const given = new TextEncoder().encode(text);
        const place = room(given.length);
        new Uint8Array(memory.buffer, place, given.length).set(given);
        const length = rule();
        return new TextDecoder().decode(new Uint8Array(memory.buffer, ruling(), length));
      };
      const others = cases.map((text, at) => ({ text, here: rules(text), there: rulings[at] }));
      return others.filter(({ here, there }) => here !== there).slice(0, 3);
    },
    { wasm, cases, rulings },
  );
  expect(differing).toEqual([]);
  expect(rulings.filter((text) => text.includes('"refused"')).length).toBeGreaterThan(10);
  expect(rulings.filter((text) => text.includes('"flags":["')).length).toBeGreaterThan(10);
});
