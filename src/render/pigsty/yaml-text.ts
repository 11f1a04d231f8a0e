import { isMap, isSeq, type Node, type Pair } from 'yaml';

/** What Holdfast writes into somebody's YAML. `expression`: Ansible evaluates it; any other text it takes as it is. */
export type YamlScalar = string | number | boolean | { readonly expression: string };
export type YamlValue = YamlScalar | readonly string[] | { readonly entries: readonly YamlEntry[] };
export type YamlEntry = readonly [key: string, value: YamlValue];

/** Words that YAML 1.1, which Ansible reads, takes for something else than text: PyYAML, resolver.py. */
const words11 = /^(?:yes|no|on|off|true|false|null|~)$/i;

/** A scalar as people write it in an inventory: plain where nothing can go wrong, else in single quotes. */
export function scalarText(value: YamlScalar): string {
  if (typeof value === 'object')
    return `"${value.expression.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`)}"`;
  if (typeof value !== 'string') return String(value);
  // What looks like a template would be evaluated: a passphrase may.
  if (/\{\{|\{%|\{#/.test(value)) return `!unsafe ${quotedText(value)}`;
  const isPlain = /^[A-Za-z_/][A-Za-z0-9_/.@+-]*$/.test(value) && !words11.test(value);
  return isPlain ? value : quotedText(value);
}

/** In quotes of the kind that was there, where it was a kind. */
export function scalarLike(value: YamlScalar, before: string): string {
  const text = scalarText(value);
  if (typeof value !== 'string' || text.startsWith('!')) return text;
  if (before.startsWith('"')) return JSON.stringify(value);
  return before.startsWith("'") ? quotedText(value) : text;
}

function quotedText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A value on one line. */
export function flowText(value: YamlValue): string {
  if (isList(value)) return value.length === 0 ? '[]' : `[ ${value.map(scalarText).join(', ')} ]`;
  if (!isEntries(value)) return scalarText(value);
  if (value.entries.length === 0) return '{}';
  return `{ ${value.entries.map(([key, inner]) => `${key}: ${flowText(inner)}`).join(', ')} }`;
}

/** Lines of `key: value`, without the break at the end of the last. @param column of the key */
export function blockLines(key: string, value: YamlValue, column: number): readonly string[] {
  const indent = ' '.repeat(column);
  if (isList(value)) {
    if (value.length === 0) return [`${indent}${key}: []`];
    return [`${indent}${key}:`, ...value.map((item) => `${indent}  - ${scalarText(item)}`)];
  }
  if (!isEntries(value)) return [`${indent}${key}: ${scalarText(value)}`];
  if (value.entries.length === 0) return [`${indent}${key}: {}`];
  return [
    `${indent}${key}:`,
    ...value.entries.flatMap(([name, inner]) => blockLines(name, inner, column + 2)),
  ];
}

/** The value as YAML gives it to whoever reads it. */
export function plainOf(value: YamlValue): unknown {
  if (isList(value)) return [...value];
  if (isEntries(value)) return Object.fromEntries(value.entries.map(([key, inner]) => [key, plainOf(inner)]));
  return typeof value === 'object' ? value.expression : value;
}

export function isList(value: YamlValue): value is readonly string[] {
  return Array.isArray(value);
}

export function isEntries(value: YamlValue): value is { readonly entries: readonly YamlEntry[] } {
  return typeof value === 'object' && 'entries' in value;
}

/** Offset at which a line begins. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset behind the line on which a pair or an item ends. */
export function lineEnd(text: string, part: Pair | Node): number {
  const end = lastOffset(part);
  if (text.charAt(end - 1) === '\n') return end;
  const newline = text.indexOf('\n', end);
  return newline < 0 ? text.length : newline + 1;
}

/** Where the last thing of it ends; comments behind are not counted. */
export function lastOffset(part: Pair | Node): number {
  if ('key' in part) {
    const value = part.value as Node | null;
    const own = value === null || isEmpty(value) ? undefined : lastOffset(value);
    // An empty value begins where the reader noticed it, which may be lines below.
    return own ?? colonOffset(part);
  }
  if ((isMap(part) || isSeq(part)) && part.flow !== true) {
    const last = part.items.at(-1) as Pair | Node | undefined;
    if (last !== undefined) return lastOffset(last);
  }
  return part.range?.[1] ?? 0;
}

export function isEmpty(value: Node | null): boolean {
  const range = value?.range;
  return range === undefined || range === null || range[0] === range[1];
}

function colonOffset(pair: Pair): number {
  return ((pair.key as Node).range?.[1] ?? 0) + 1;
}
