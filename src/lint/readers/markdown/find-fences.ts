import type { LineRange } from '../../embed-lines.ts';
import { linesOf } from '../shell/text-lines.ts';

/** A fenced block: its tag and its lines, less the indentation of the fence. */
export interface Fence {
  /** The info string: `bash`, `yaml title="compose.yml"`. */
  readonly tag: string;
  readonly lines: readonly LineRange[];
}

/** Blanks, marks of quotes and of a list item may stand in front of a fence (CommonMark 0.31.2, 4.5 and 5.1). */
const opening = /^([ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(`{3,}|~{3,})[ \t]*(.*)$/;

/** The fenced blocks of a Markdown text and the lines outside of them. A block that is never closed goes to the end. */
export function findFences(text: string): {
  readonly fences: readonly Fence[];
  readonly prose: readonly LineRange[];
} {
  const fences: Fence[] = [];
  const prose: LineRange[] = [];
  let open: { tag: string; fence: string; width: number; lines: LineRange[] } | undefined;
  for (const line of linesOf(text)) {
    const content = line.text;
    if (open === undefined) {
      open = openFence(content);
      if (open === undefined) prose.push(line);
      else fences.push(open);
    } else if (closes(content, open.fence)) open = undefined;
    else open.lines.push({ start: line.start + indentationOf(content, open.width), end: line.end });
  }
  return { fences, prose };
}

function openFence(content: string) {
  const [, before = '', fence = '', tag = ''] = opening.exec(content) ?? [];
  if (fence === '' || (fence.startsWith('`') && tag.includes('`'))) return undefined;
  return { tag: tag.trim(), fence, width: before.length, lines: [] as LineRange[] };
}

function closes(content: string, fence: string): boolean {
  const bare = content.replace(/^[ \t>]+/, '').trimEnd();
  return bare.length >= fence.length && bare === fence.charAt(0).repeat(bare.length);
}

/** At most as many blanks (or marks of a quote) as stood in front of the fence. */
function indentationOf(content: string, width: number): number {
  return /^[ \t>]*/.exec(content.slice(0, width))?.[0].length ?? 0;
}
