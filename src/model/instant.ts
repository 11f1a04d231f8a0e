/** An instant as documents and findings show it: ISO 8601, UTC. @param time epoch milliseconds */
export function instant(time: number): string {
  return new Date(time).toISOString();
}

/** The same for documents, in which what is not known is null. */
export function instantOrNull(time: number | undefined): string | null {
  return time === undefined ? null : instant(time);
}
