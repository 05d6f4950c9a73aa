// The community's days, from a moment.

export const DAY = 86_400_000;

/** The day that it is in the community at this moment, as YYYY-MM-DD. */
export function dayAt(moment: number): string {
  return new Date(moment).toLocaleDateString("sv", { timeZone: "Asia/Shanghai" });
}
