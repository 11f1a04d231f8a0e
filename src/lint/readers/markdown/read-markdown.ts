import type { DocumentFacts } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import { embedFence } from './embed-fence.ts';
import { findFences } from './find-fences.ts';
import { readClaims } from './read-claims.ts';

/** Reads a Markdown text: its fenced blocks as documents of what they are, and what its sentences promise. */
export function readMarkdown(document: LintDocument): DocumentFacts {
  const { fences, prose } = findFences(document.text);
  return {
    document,
    embedded: fences.flatMap((fence) => embedFence(document, fence)),
    claims: readClaims(document, prose),
  };
}
