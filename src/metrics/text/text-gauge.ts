import type { Gauge, LabelsOf } from './gauge.ts';

/** What a family of gauges is called; a part of the catalogue's definition. */
export interface GaugeDefinition {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * A gauge that becomes text at once: https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4).
 * Of tens of thousands of series that are all made anew at each scrape, a string each is all that is needed.
 */
export class TextGauge implements Gauge<string> {
  readonly #definition: GaugeDefinition;
  readonly #counts = new Map<string, number>();
  #lines: string[] = [];
  #blocks: Buffer[] = [];

  constructor(definition: GaugeDefinition) {
    this.#definition = definition;
  }

  set(first: number | LabelsOf<string>, value?: number): void {
    const labels = typeof first === 'number' ? {} : first;
    this.#write(this.#seriesOf(labels), typeof first === 'number' ? first : (value ?? Number.NaN));
  }

  inc(labels: LabelsOf<string>): void {
    const series = this.#seriesOf(labels);
    this.#counts.set(series, (this.#counts.get(series) ?? 0) + 1);
  }

  /** Takes over lines that another gauge of this family gave away by `takeLines`. */
  append(lines: Buffer): void {
    if (lines.length > 0) this.#blocks.push(lines);
  }

  /** The samples so far, without help and type, and forgets them. Bytes, because they are kept for long. */
  takeLines(): Buffer {
    for (const [series, count] of this.#counts) this.#write(series, count);
    this.#counts.clear();
    const lines = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    const blocks = this.#blocks;
    this.#blocks = [];
    return blocks.length === 0 ? lines : Buffer.concat([lines, ...blocks]);
  }

  /** The family as it stands on the page, in pieces; forgets the samples. */
  takeFamily(): readonly Buffer[] {
    const { name, help } = this.#definition;
    const header = Buffer.from(`# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} gauge\n`);
    const blocks = this.#blocks;
    this.#blocks = [];
    return [header, this.takeLines(), ...blocks];
  }

  #write(series: string, value: number): void {
    this.#lines.push(`${series} ${formatValue(value)}\n`);
  }

  #seriesOf(labels: LabelsOf<string>): string {
    let text = '';
    for (const name of this.#definition.labels) {
      const value = labels[name];
      if (value !== undefined) text += `${text === '' ? '{' : ','}${name}="${escapeLabel(String(value))}"`;
    }
    return text === '' ? this.#definition.name : `${this.#definition.name}${text}}`;
  }
}

function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** Nearly none has anything to escape, and one look at it is quicker than three. */
function escapeLabel(text: string): string {
  if (!/[\\"\n]/.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
