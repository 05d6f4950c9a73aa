// Whether the canonical records agree with what people typed.

import { expect } from "@playwright/test";
import type { Answer, Proof } from "./people";
import type { Exported, ExportedRecord } from "./server";

/** What somebody did at one checkpoint: the answers they gave, and 全部正常 for the rest. */
export interface Stop {
  at: string;
  proof: Proof;
  answers?: Record<string, Answer>;
  note?: string;
}

/** The visits of the round are these stops, in this order, answer by answer. */
export function expectVisits(exported: Exported, round: string, person: string, stops: Stop[]): void {
  const body = (kind: string, fits: (body: any) => boolean) => {
    const found = exported.records.filter((record) => record.kind === kind && fits(record.body));
    expect(found, `one ${kind}`).toHaveLength(1);
    return found[0]!.body;
  };
  const by = body("person", ({ name }) => name.zh === person).id;
  const visits = exported.records.filter((record) => record.kind === "visit" && record.body.round === round);
  expect(visits).toHaveLength(stops.length);
  visits.sort((a, b) => a.body.at.best - b.body.at.best);
  for (const [i, stop] of stops.entries()) {
    const visit = visits[i]!.body;
    const checkpoint = body("checkpoint", ({ name }) => name.zh === stop.at);
    const checklist = body("checklist", ({ id, version }) => id === visit.checklist && version === visit.version);
    expect(visit, stop.at).toMatchObject({ checkpoint: checkpoint.id, by, proof: storedProof(stop.proof) });
    expect(visit.note ?? "", stop.at).toBe(stop.note ?? "");
    expect(visit.answers, stop.at).toEqual(storedAnswers(checklist, stop.answers ?? {}));
  }
}

function storedProof(proof: Proof): object {
  switch (proof.by) {
    case "code":
      return { kind: "short_code", issue: 1 };
    case "tag":
      return { kind: "tag", issue: 1 };
    case "hand":
      return { kind: "by_hand", reason: proof.reason };
  }
}

function storedAnswers(checklist: any, given: Record<string, Answer>): object[] {
  return checklist.items.flatMap((item: any) => {
    const answer = given[item.key];
    if (answer) return [{ item: item.key, ...storedAnswer(item, answer) }];
    // 全部正常 passes the checks and leaves the other kinds alone.
    return item.answer.kind === "check" ? [{ item: item.key, value: "passed" }] : [];
  });
}

function storedAnswer(item: any, answer: Answer): object {
  if ("canned" in answer) return { value: "failed", note: answer.canned };
  if ("type" in answer) return { value: item.answer.kind === "reading" ? { reading: answer.type } : { text: answer.type } };
  const note = answer.note ? { note: answer.note } : {};
  switch (answer.press) {
    case "正常":
      if (item.answer.kind === "check") return { value: "passed", ...note };
      break;
    case "异常":
      return { value: "failed", ...note };
    case "不适用":
      return { value: "not_applicable", ...note };
  }
  const option = item.answer.options.find((option: any) => option.text.zh === answer.press);
  return { value: { chosen: option.key }, ...note };
}

/** Every change of these people was accepted once, without a flag, in an unbroken lane of its author's own. */
export function expectOneOutcomeEach(exported: Exported, changesOf: Record<string, number>): void {
  const changes = exported.changes.filter((change) => change.username !== null);
  expect(new Set(changes.map((change) => change.id)).size, "ids are unique").toBe(changes.length);
  expect(new Set(changes.map((change) => change.seq)).size, "places in the log are unique").toBe(changes.length);
  const counts = Object.fromEntries(Object.keys(changesOf).map((name) => [name, changes.filter((change) => change.username === name).length]));
  expect(counts).toEqual(changesOf);
  for (const change of changes) {
    expect(change, change.kind).toMatchObject({ outcome: { is: "accepted" }, flags: [], envelope: { id: change.id } });
  }
  for (const lane of exported.lanes) {
    const own = changes.filter((change) => change.lane === lane.id);
    const numbers = own.map((change) => change.n).sort((a, b) => a - b);
    if (own.length === 0) continue;
    expect(numbers, "the lane has no holes").toEqual(Array.from({ length: lane.last }, (_, i) => i + 1));
    expect(new Set(own.map((change) => change.username)).size, "a lane is one person's").toBe(1);
  }
}

export function findRecords(exported: Exported, kind: string): ExportedRecord[] {
  return exported.records.filter((record) => record.kind === kind);
}
