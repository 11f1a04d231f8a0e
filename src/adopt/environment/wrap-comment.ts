/** Folds a sentence for a comment: lines of at most 96 characters, a longer word whole. */
export function wrapComment(text: string): string[] {
  return text.match(/\S(?:.{0,95}|\S*)(?=\s|$)/g) ?? [];
}
