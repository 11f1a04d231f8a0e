/** One `import … from`, `export … from`, `import '…'` or `import('…')`. */
export interface SourceImport {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
}

export interface ScannedSource {
  readonly imports: readonly SourceImport[];
  /** The text with comments and the inside of strings blanked; of the same length, with the same lines. */
  readonly code: string;
  /** Lines that hold anything but comments and white space. */
  readonly linesOfCode: number;
}

/** One piece of a source text: where it begins and ends. */
interface Piece {
  readonly kind: 'comment' | 'text' | 'regex';
  readonly start: number;
  readonly end: number;
}

/**
 * Reads TypeScript just well enough: comments, strings, templates and regular expressions are told from code.
 *
 * TypeScript 7 offers no scanner of its own to JavaScript. Where a slash could be a division or the beginning of a
 * regular expression, what stands before it decides.
 */
export function scanSource(text: string): ScannedSource {
  const pieces = findPieces(text);
  const code = blank(text, pieces, true);
  const withText = blank(text, pieces, false);
  return {
    imports: findImports(code, text, pieces),
    code,
    linesOfCode: withText.split('\n').filter((line) => line.trim() !== '').length,
  };
}

function findPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  // One entry for each template that is open: how many braces are open inside its `${`.
  const templates: number[] = [];
  let at = 0;
  const add = (kind: Piece['kind'], end: number): void => {
    pieces.push({ kind, start: at, end });
    at = end;
  };
  while (at < text.length) {
    const character = text[at] as string;
    const inside = templates.at(-1);
    if (text.startsWith('//', at)) add('comment', endOfLine(text, at));
    else if (text.startsWith('/*', at)) add('comment', endOf(text, '*/', at + 2));
    else if (character === '"' || character === "'") add('text', endOfString(text, at));
    else if (character === '`' || (character === '}' && inside === 0)) {
      if (character === '}') templates.pop();
      const end = endOfTemplatePart(text, at + 1);
      if (text[end - 1] === '{') templates.push(0);
      add('text', end);
    } else if (character === '/' && startsRegex(text, at)) add('regex', endOfRegex(text, at));
    else {
      if (inside !== undefined && character === '{') templates[templates.length - 1] = inside + 1;
      if (inside !== undefined && character === '}') templates[templates.length - 1] = inside - 1;
      at += 1;
    }
  }
  return pieces;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end < 0 ? text.length : end + mark.length;
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[from] || text[at] === '\n') return at + 1;
  }
  return text.length;
}

/** To the closing backtick or to the `${` that opens an expression, including it. */
function endOfTemplatePart(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`') return at + 1;
    else if (text.startsWith('${', at)) return at + 2;
  }
  return text.length;
}

function startsRegex(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 40), at).trimEnd();
  if (
    before === '' ||
    /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|await|yield)$/.test(before)
  )
    return true;
  return /[(,=:[!&|?{};+*%~^<>-]$/.test(before);
}

function endOfRegex(text: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '\n' || (text[at] === '/' && !inClass)) return at + 1;
  }
  return text.length;
}

/** Comments always become spaces; strings and regular expressions only when asked, and keep their delimiters. */
function blank(text: string, pieces: readonly Piece[], withText: boolean): string {
  let result = '';
  let at = 0;
  for (const { kind, start, end } of pieces) {
    result += text.slice(at, start);
    const piece = text.slice(start, end);
    if (kind === 'comment') result += spaces(piece);
    else
      result += withText
        ? `${piece[0] ?? ''}${spaces(piece.slice(1, -1))}${piece.slice(1).at(-1) ?? ''}`
        : piece;
    at = end;
  }
  return result + text.slice(at);
}

function spaces(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ');
}

/** In blanked code a string is its two quotes with spaces between them; its text is read from the source. */
function findImports(code: string, text: string, pieces: readonly Piece[]): SourceImport[] {
  const statement =
    /(?<![\w$.])(?:import|export)\s*(?:type\s+)?(?:[\w$*\s{},]*?\sfrom\s*|[\w$*\s{},]*?\}\s*from\s*|\s*|\(\s*)(?=["'`])/g;
  const found: SourceImport[] = [];
  for (const match of code.matchAll(statement)) {
    const start = match.index + match[0].length;
    const piece = pieces.find((one) => one.start === start && one.kind === 'text');
    if (piece === undefined) continue;
    const line = text.slice(0, start).split('\n').length;
    found.push({ specifier: text.slice(piece.start + 1, piece.end - 1), line });
  }
  return found;
}
