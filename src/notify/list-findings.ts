import type { Notification, NotifiedFinding } from './notification.ts';

export type ListedKind = 'began' | 'changed' | 'repeated' | 'ended' | 'missed';

/** A finding of a message with what is said of it. */
export interface ListedFinding {
  readonly kind: ListedKind;
  readonly finding: NotifiedFinding;
}

const kinds: readonly ListedKind[] = ['began', 'changed', 'repeated', 'ended', 'missed'];

/** The first so many findings of a message: what is new before what is known, and what is over last. */
export function listFindings(message: Notification, most: number): readonly ListedFinding[] {
  return kinds.flatMap((kind) => message[kind].map((finding) => ({ kind, finding }))).slice(0, most);
}

/** How many findings a message tells of. */
export function countOf(message: Notification): number {
  return kinds.reduce((count, kind) => count + message[kind].length, 0);
}
