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
  #lines = '';

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
  append(lines: string): void {
    this.#lines += lines;
  }

  /** The samples so far, without help and type, and forgets them. */
  takeLines(): string {
    for (const [series, count] of this.#counts) this.#write(series, count);
    this.#counts.clear();
    const lines = this.#lines;
    this.#lines = '';
    return lines;
  }

  /** The family as it stands on the page; forgets the samples. */
  takeFamily(): string {
    const { name, help } = this.#definition;
    return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} gauge\n${this.takeLines()}`;
  }

  #write(series: string, value: number): void {
    this.#lines += `${series} ${formatValue(value)}\n`;
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
