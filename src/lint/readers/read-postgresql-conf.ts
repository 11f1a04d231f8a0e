import type { CommandList, CommandUse, DocumentFacts, ServerSetting } from '../facts.ts';
import type { LintDocument, PlacedText } from '../lint-document.ts';
import { holdsPlaceholder } from '../placeholder.ts';
import { readAlterSystem } from './read-alter-system.ts';
import { readCommandList } from './shell/read-command-list.ts';

const commandSettings: Readonly<Record<string, CommandUse>> = {
  archive_command: 'archive_command',
  restore_command: 'restore_command',
};

/**
 * Reads postgresql.conf, postgresql.auto.conf and recovery.conf: `name = value`, the equals sign may be missing,
 * values in single quotes with `''` or `\'` for a quote, comments after `#` (PostgreSQL documentation, "Parameter
 * Interaction via the Configuration File"). Statements of ALTER SYSTEM are read too: files of SQL hold them.
 */
export function readPostgresqlConf(document: LintDocument): DocumentFacts {
  const settings: ServerSetting[] = [];
  for (const [start, end] of linesOf(document.text)) {
    const setting = readLine(document, start, end);
    if (setting !== undefined) settings.push(setting);
  }
  const serverSettings = [...settings, ...readAlterSystem(document)];
  return { document, serverSettings, commandLists: serverSettings.flatMap(readCommand) };
}

function readCommand(setting: ServerSetting): readonly CommandList[] {
  const use = commandSettings[setting.name.value];
  return use === undefined || setting.value.value === '' ? [] : [readCommandList(setting.value, use)];
}

/** Without an equals sign nothing may stand behind the value, or it would be a sentence. */
const form = /^(\s*)([A-Za-z_][\w.]*)(?:\s*=\s*|\s+(?=('[^']*'|[\w.:%/-]+)\s*(#.*)?$))/;

function readLine(document: LintDocument, start: number, end: number): ServerSetting | undefined {
  const text = document.text.slice(start, end).trimEnd();
  const [head, indent = '', name = ''] = form.exec(text) ?? [];
  if (head === undefined || /^(include|include_dir|include_if_exists)$/i.test(name)) return undefined;
  const nameStart = start + indent.length;
  const value = readValue(document, start + head.length, end);
  if (value === undefined) return undefined;
  return {
    name: {
      document,
      start: nameStart,
      end: nameStart + name.length,
      value: name.toLowerCase(),
      unknown: false,
    },
    value,
    via: 'postgresql-conf',
    line: { document, start, end },
  };
}

function readValue(document: LintDocument, start: number, end: number): PlacedText | undefined {
  const text = document.text.slice(start, end);
  const [, quoted] = /^'((?:[^'\\]|''|\\.)*)'/s.exec(text) ?? [];
  if (quoted !== undefined) {
    const value = quoted.replaceAll(/''|\\(.)/gs, (pair, escaped?: string) => escaped ?? pair.slice(1));
    return {
      document,
      start: start + 1,
      end: start + 1 + quoted.length,
      value,
      unknown: holdsPlaceholder(value),
    };
  }
  const [bare = ''] = /^[^\s#;']+/.exec(text) ?? [];
  if (bare === '') return undefined;
  return { document, start, end: start + bare.length, value: bare, unknown: holdsPlaceholder(bare) };
}

function* linesOf(text: string): Generator<readonly [number, number]> {
  for (let start = 0; start < text.length;) {
    const lineBreak = text.indexOf('\n', start);
    const end = lineBreak < 0 ? text.length : lineBreak + 1;
    yield [start, end];
    start = end;
  }
}
