/** As a field of a day and a time has it: "2026-01-31T09:30", in the viewer's zone. */
export function localTime(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
