import { detectContent, type ContentHint } from '../../detect-content.ts';
import { detectKind } from '../../detect-kind.ts';
import { embedLines, type LineRange } from '../../embed-lines.ts';
import type { DocumentKind, LintDocument } from '../../lint-document.ts';
import type { Fence } from './find-fences.ts';
import { splitTerminal, type TerminalLines } from './split-terminal.ts';

/** What the tag of a block says; tags that are not here belong to languages that nobody reads. */
const hints: Readonly<Record<string, ContentHint | 'markdown'>> = {
  ...sameHint('yaml', ['yaml', 'yml']),
  ...sameHint('json', ['json', 'jsonc', 'json5']),
  ...sameHint('ini', [
    'ini',
    'conf',
    'cfg',
    'config',
    'properties',
    'toml',
    'systemd',
    'sql',
    'cron',
    'crontab',
  ]),
  ...sameHint('ini', [
    'postgresql',
    'pgsql',
    'pgbackrest',
    'env',
    'dotenv',
    'jinja',
    'jinja2',
    'j2',
    'dockerfile',
    'docker',
  ]),
  ...sameHint('shell', [
    'bash',
    'sh',
    'shell',
    'zsh',
    'console',
    'terminal',
    'shell-session',
    'shellsession',
    'bashrc',
  ]),
  ...sameHint('python', ['python', 'py', 'python3']),
  ...sameHint('markdown', ['markdown', 'md']),
  ...sameHint(undefined, ['', 'text', 'txt', 'plaintext', 'plain', 'none', 'code', 'file', 'output']),
};

function sameHint<Hint>(hint: Hint, tags: readonly string[]): Record<string, Hint> {
  return Object.fromEntries(tags.map((tag) => [tag, hint]));
}

/** The documents that a fenced block is: one, none when nobody reads what it is, several when it shows a terminal. */
export function embedFence(document: LintDocument, { tag, lines }: Fence): readonly LintDocument[] {
  const language = (/^\{?\.?([\w+-]*)/.exec(tag)?.[1] ?? '').toLowerCase();
  if (!Object.hasOwn(hints, language)) return [];
  const hint = hints[language];
  const text = textOf(document, lines);
  const destination = titleOf(tag) ?? headingOf(text);
  if (hint === 'markdown') return [embedLines(document, lines, 'markdown', destination)];
  const terminal = readByContent.has(hint) ? splitTerminal(document.text, lines) : undefined;
  if (terminal !== undefined) return embedTerminal(document, terminal);
  const kind = kindOf(text, hint, destination);
  return kind === 'unknown' ? [] : [embedLines(document, lines, kind, destination)];
}

/** Blocks under these tags may show a terminal. */
const readByContent: ReadonlySet<ContentHint> = new Set<ContentHint>(['shell', 'ini', undefined]);

/** What was typed, and the files that were looked at; what else was printed is nothing. */
function embedTerminal(document: LintDocument, { typed, shown }: TerminalLines): readonly LintDocument[] {
  const files = shown.flatMap(({ file, lines }) => {
    const kind = detectKind(file, textOf(document, lines));
    return kind === 'unknown' || lines.length === 0 ? [] : [embedLines(document, lines, kind, file)];
  });
  return [embedLines(document, typed, 'shell'), ...files];
}

/** The content decides; where it leaves open what it is, the name of the file does. */
function kindOf(text: string, hint: ContentHint, destination: string | undefined): DocumentKind {
  const kind = detectContent(text, hint);
  if (kind !== 'unknown' || destination === undefined) return kind;
  return detectKind(destination, text);
}

/** `yaml title="compose.yml"`, `bash:scripts/run.sh`. */
function titleOf(tag: string): string | undefined {
  return (
    /(?:title|file|filename|name)=["']?([^"'\s}]+)/.exec(tag)?.[1] ?? /^\w+:([\w./-]+\.\w+)/.exec(tag)?.[1]
  );
}

/** A first line that only names a file: `# File: path`, `# .env`, `-- /etc/x.sql`. */
function headingOf(text: string): string | undefined {
  const [first = ''] = text.trimStart().split('\n', 1);
  const named = /^(?:#+|;|--|\/\/)\s*(?:(?:file(?:name)?|path)\s*:\s*)?`?([\w./~{}@-]+)`?\s*:?\s*$/i.exec(
    first,
  )?.[1];
  return named !== undefined && /^[/~]|\.[a-z]\w*$/i.test(named) ? named : undefined;
}

function textOf(document: LintDocument, lines: readonly LineRange[]): string {
  return lines.map(({ start, end }) => `${document.text.slice(start, end)}\n`).join('');
}
