/** One line of the text format: `name{label="value"} 1`. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a page of metrics says. */
export interface MetricsPage {
  readonly samples: readonly Sample[];
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
  /** The value of the only sample of that name with these labels among its own. @throws Error when there is not one */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
  has(name: string, labels?: Readonly<Record<string, string>>): boolean;
}

const nameForm = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelForm = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/y;

/**
 * Reads the text format of Prometheus 0.0.4 as its documentation defines it, and refuses what is not so: a sample
 * without a type, a series twice, a family in two places, a histogram without `+Inf`, counters that are not `_total`.
 *
 * @throws Error that says which line, and what is wrong with it
 */
export function readMetrics(page: string | Buffer): MetricsPage {
  const text = page.toString();
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const seen = new Set<string>();
  const closed = new Set<string>();
  let current = '';
  for (const line of text.split('\n').slice(0, -1)) {
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/s.exec(line);
    const name = comment?.[2] ?? familyOf(/^[^\s{]+/.exec(line)?.[0] ?? '', types);
    if (name !== current) {
      if (closed.has(name)) throw new Error(`${name} is in two places: ${line}`);
      closed.add(current);
      current = name;
    }
    if (comment !== null) {
      const target = comment[1] === 'HELP' ? helps : types;
      if (target.has(name)) throw new Error(`${comment[1]} of ${name} twice`);
      target.set(name, comment[3] ?? '');
      continue;
    }
    const sample = readSample(line);
    if (!types.has(name)) throw new Error(`no type before: ${line}`);
    if (!helps.has(name)) throw new Error(`no help before: ${line}`);
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).toSorted()]);
    if (seen.has(key)) throw new Error(`the same series twice: ${line}`);
    seen.add(key);
    samples.push(sample);
  }
  checkFamilies(types, samples);
  const find = (name: string, labels: Readonly<Record<string, string>>): Sample[] =>
    samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
  return {
    samples,
    types,
    helps,
    has: (name, labels = {}) => find(name, labels).length > 0,
    value(name, labels = {}) {
      const [first, ...more] = find(name, labels);
      if (first === undefined || more.length > 0) {
        throw new Error(
          `${more.length + Number(first !== undefined)} samples of ${name} ${JSON.stringify(labels)}`,
        );
      }
      return first.value;
    },
  };
}

function familyOf(name: string, types: ReadonlyMap<string, string>): string {
  const base = name.replace(/_(?:bucket|sum|count)$/, '');
  return types.get(base) === 'histogram' ? base : name;
}

function readSample(line: string): Sample {
  const match = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/s.exec(line);
  if (match === null || !nameForm.test(match[1] ?? '')) throw new Error(`not a sample: ${line}`);
  const value = readValue(match[3] ?? '');
  if (value === undefined) throw new Error(`not a value: ${line}`);
  return { name: match[1] ?? '', labels: readLabels(match[2] ?? '', line), value };
}

function readValue(text: string): number | undefined {
  if (text === 'NaN') return Number.NaN;
  if (/^[+-]?Inf$/.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function readLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelForm.lastIndex = 0;
  while (labelForm.lastIndex < text.length) {
    const match = labelForm.exec(text);
    if (match === null) throw new Error(`labels: ${line}`);
    const [, name = '', value = ''] = match;
    if (name in labels) throw new Error(`label ${name} twice: ${line}`);
    labels[name] = value.replaceAll(/\\([\\n"])/g, (_, escaped: string) =>
      escaped === 'n' ? '\n' : escaped,
    );
  }
  return labels;
}

function checkFamilies(types: ReadonlyMap<string, string>, samples: readonly Sample[]): void {
  for (const [name, type] of types) {
    if (!['counter', 'gauge', 'histogram', 'summary', 'untyped'].includes(type))
      throw new Error(`type of ${name}`);
    if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${type}`);
    if (type !== 'histogram') continue;
    const ends = samples.filter(
      (sample) => sample.name === `${name}_bucket` && sample.labels['le'] === '+Inf',
    );
    const counts = samples.filter((sample) => sample.name === `${name}_count`);
    if (ends.length !== counts.length) throw new Error(`${name} has a series without a bucket +Inf`);
  }
}
