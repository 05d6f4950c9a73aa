// Tickets as households hold them, from what the server keeps, and what somebody might do to them.

import { expect } from "@playwright/test";
import { findRecords } from "./agreement";
import type { Exported } from "./server";

/** The id of the event with this Chinese title. */
export function eventNamed(exported: Exported, title: string): string {
  const event = findRecords(exported, "event").find(({ body }) => body.details.title.zh === title);
  expect(event, title).toBeDefined();
  return event!.id;
}

export function householdAt(exported: Exported, flat: string): string {
  const household = findRecords(exported, "household").find(({ body }) => body.flat.zh === flat);
  expect(household, flat).toBeDefined();
  return household!.id;
}

/** The sign-up of the household in this flat, as the desk holds it, with the id of its record. */
export function signUpOf(exported: Exported, title: string, flat: string): { id: string; body: any } {
  const [event, household] = [eventNamed(exported, title), householdAt(exported, flat)];
  const signUp = findRecords(exported, "sign_up").find(({ body }) => body.of.event === event && body.household === household);
  expect(signUp, `${flat} at ${title}`).toBeDefined();
  return signUp!;
}

/** What the QR code of their ticket holds (`domain/src/tickets.rs`). */
export function ticketOf(exported: Exported, title: string, flat: string): string {
  const { id, body } = signUpOf(exported, title, flat);
  const own = findRecords(exported, "own_sign_up").find((it) => it.body.of.event === body.of.event && it.body.household === body.household);
  expect(own?.body.ticket, `${flat} has a ticket for ${title}`).toBeDefined();
  const plain = (id: string) => id.replaceAll("-", "");
  return ["LE1", plain(body.of.event), plain(id), body.number, body.party.persons, own!.body.ticket].join(".");
}

/** The same ticket for nine persons, with the signature that was for fewer. */
export function forged(ticket: string): string {
  const parts = ticket.split(".");
  return [...parts.slice(0, 4), "9", parts[5]].join(".");
}
