import type { DocumentFacts } from '../facts.ts';
import type { DocumentKind, LintDocument } from '../lint-document.ts';

/** Reads a document of one kind. Pure; never throws: what cannot be read is told in `unreadable`. */
export type Reader = (document: LintDocument) => DocumentFacts;

/** One entry a kind; a kind without a reader has no facts. */
export const readers: Partial<Record<DocumentKind, Reader>> = {};
