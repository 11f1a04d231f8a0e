import type { JsonSchema } from '../../src/config/json-schema.ts';

/** A key as a row of a table. */
interface Row {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** Tables of keys, one for each mapping in a JSON Schema; a mapping that occurs twice is described once. */
export class KeyTables {
  readonly #described = new Map<string, string>();

  /** The mapping itself and everything in it, as Markdown. */
  render(title: string, schema: JsonSchema): string {
    const rows = rowsOf(schema);
    const intro = schema.description === undefined ? [] : [schema.description, ''];
    const own = [`## ${title}`, '', ...intro, ...table(rows)].join('\n');
    return [own, ...this.#renderBelow(title, rows)].join('\n\n');
  }

  #renderBelow(title: string, rows: readonly Row[]): string[] {
    const place = title === 'holdfast.yaml' ? '' : `${title}.`;
    return rows.flatMap((row) => this.#renderNested(`${place}${row.name}`, row.schema));
  }

  #renderNested(title: string, schema: JsonSchema): string[] {
    const { path, schema: inner } = innermost(title, schema);
    if (inner.oneOf !== undefined) return this.#renderVariants(path, inner.oneOf);
    if (inner.properties === undefined) return [];
    const content = JSON.stringify(inner.properties);
    const known = this.#described.get(content);
    if (known !== undefined) return [`### ${path}\n\nThe same keys as \`${known}\`.`];
    this.#described.set(content, path);
    const rows = rowsOf(inner);
    const description = inner.description ?? schema.description;
    const intro = description === undefined ? [] : [description, ''];
    return [[`### ${path}`, '', ...intro, ...table(rows)].join('\n'), ...this.#renderBelow(path, rows)];
  }

  /** Keys that all variants share come once, then those of each. */
  #renderVariants(path: string, variants: readonly JsonSchema[]): string[] {
    const [first, ...others] = variants.map(rowsOf);
    const shared = (first ?? []).filter((row) =>
      others.every((rows) => rows.some((other) => JSON.stringify(other) === JSON.stringify(row))),
    );
    const names = new Set(shared.map((row) => row.name));
    const kinds = variants.map((variant) => variant.properties?.['type']?.const).join('`, `');
    const all = [
      `### ${path}`,
      '',
      `The key \`type\` is one of \`${kinds}\`. Keys of every type:`,
      '',
      ...table(shared),
    ];
    const each = variants.flatMap((variant) => {
      const rows = rowsOf(variant).filter((row) => !names.has(row.name));
      const type = String(variant.properties?.['type']?.const);
      return [
        [`### ${path} (${type})`, '', ...table(rows)].join('\n'),
        ...this.#renderBelow(`${path} (${type})`, rows),
      ];
    });
    return [all.join('\n'), ...this.#renderBelow(path, shared), ...each];
  }
}

/** Through lists, maps of names and "one or many" to the mapping inside. */
function innermost(path: string, schema: JsonSchema): { readonly path: string; readonly schema: JsonSchema } {
  if (schema.items !== undefined) return innermost(path, schema.items);
  if (typeof schema.additionalProperties === 'object' && schema.properties === undefined) {
    return innermost(`${path}.*`, schema.additionalProperties);
  }
  const mapping = schema.anyOf?.find((variant) => variant.properties !== undefined);
  return mapping === undefined ? { path, schema } : { path, schema: mapping };
}

function rowsOf(schema: JsonSchema): readonly Row[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    schema: property,
    required: schema.required?.includes(name) ?? false,
  }));
}

function table(rows: readonly Row[]): readonly string[] {
  return ['| key | type | default | description | example |', '|---|---|---|---|---|', ...rows.map(tableRow)];
}

function tableRow({ name, schema, required }: Row): string {
  const fallback = required ? '**required**' : code(withoutEmpty(schema.default));
  const description = (schema.description ?? '').replaceAll('|', '\\|');
  const example = schema.examples?.map(code).join(', ') ?? '';
  return `| \`${name}\` | ${typeOf(schema)} | ${fallback} | ${description} | ${example} |`;
}

function withoutEmpty(value: unknown): unknown {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty ? undefined : value;
}

function code(value: unknown): string {
  if (value === undefined) return '';
  return `\`${typeof value === 'string' ? value : flow(value)}\``;
}

/** Data as YAML writes it on one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, entry]) => `${key}: ${flow(entry)}`)
    .join(', ')} }`;
}

function typeOf(schema: JsonSchema): string {
  if (schema['x-secret'] === true) return 'secret';
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${String(word)}\``).join(', ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.type === 'object' || schema.oneOf !== undefined) return 'mapping';
  return patternTypes.find(([mark]) => schema.pattern?.includes(mark))?.[1] ?? schema.type ?? 'anything';
}

/** What a pattern stands for, by a part that only it has. */
const patternTypes: readonly (readonly [string, string])[] = [
  ['(ms|s|m|h|d|w)', 'duration'],
  ['(d|w|h)', 'days'],
  ['KMGTP', 'size'],
  ['( \\S+){4}', 'cron'],
  ['https?', 'URL'],
  ['^/', 'path'],
];
