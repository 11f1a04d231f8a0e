import type { LineRange } from '../../embed-lines.ts';

/** What a terminal showed, told apart. */
export interface TerminalLines {
  /** What was typed, without prompts. */
  readonly typed: readonly LineRange[];
  /** Files that were printed by `cat FILE`. */
  readonly shown: readonly { readonly file: string; readonly lines: readonly LineRange[] }[];
}

/** `$ `, `[root@db ~]# `, `postgres@db:~$ `, `PS C:\> `. A lone `#` begins comments too often. */
const prompt = /^(?:\[?[\w.-]+@[\w.-]+[^\n$#]{0,40}[$#]|\$|PS [A-Z]:[^>\n]*>)(?:[ \t]+|$)/;

/** Commands behind prompts and what they printed; undefined when no line has a prompt. */
export function splitTerminal(text: string, lines: readonly LineRange[]): TerminalLines | undefined {
  const typed: LineRange[] = [];
  const shown: { file: string; lines: LineRange[] }[] = [];
  let isContinued = (_line: string): boolean => false;
  let printed: LineRange[] | undefined;
  for (const { start, end } of lines) {
    const line = text.slice(start, end);
    const width = prompt.exec(line)?.[0].length;
    if (width === undefined && !isContinued(line)) {
      printed?.push({ start, end });
      continue;
    }
    const command = line.slice(width ?? 0);
    typed.push({ start: end - command.length, end });
    if (width === undefined) continue;
    isContinued = continuationOf(command);
    const file = /^(?:sudo[ \t]+(?:-u[ \t]+\w+[ \t]+)?)?cat[ \t]+([^\s|<>;&-][^\s|<>;&]*)$/.exec(
      command.trim(),
    )?.[1];
    printed = file === undefined ? undefined : [];
    if (file !== undefined && printed !== undefined) shown.push({ file, lines: printed });
  }
  return typed.length === 0 ? undefined : { typed, shown };
}

/** Lines that belong to a command although they have no prompt: after a backslash, and in a here-document. */
function continuationOf(command: string): (line: string) => boolean {
  const end = /<<-?[ \t]*["']?(\w+)/.exec(command)?.[1];
  let isOpen = end !== undefined || command.endsWith('\\');
  return (line) => {
    const belongs = isOpen;
    isOpen = belongs && (end === undefined ? line.endsWith('\\') : line.trim() !== end);
    return belongs;
  };
}
