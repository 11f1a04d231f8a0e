import type { Finding } from '../../model/finding.ts';
import type { LeftCopy } from '../left-copy.ts';

/** Copies that take room, and perhaps still run, although nobody needs them. */
export function assessLeftCopies(copies: readonly LeftCopy[]): Finding[] {
  return copies.map(({ id, stanza, place, reason, problem }) => ({
    rule: 'copy-left-behind',
    severity: 'warning',
    subject: `stanza ${stanza}, copy ${id}`,
    stanza,
    problem: 'a copy beside production could not be removed',
    evidence: `${place}: ${reason}; ${problem}`,
    remedy: `Remove the cause: it is tried again each minute, and \`holdfast clone drop ${id}\` does it at once.`,
  }));
}
