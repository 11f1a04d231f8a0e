import { formatElapsed } from '../../src/model/duration.ts';

/** One line of the table at the end. */
export interface TimetableRow {
  readonly step: string;
  readonly milliseconds: number;
  readonly outcome: string;
}

/** Runs the demo's steps one after the other, says what it does, and remembers how long each took. */
export class Timetable {
  readonly rows: TimetableRow[] = [];
  readonly #say: (text: string) => void;
  readonly #signal: AbortSignal;

  /** No further step begins once `signal` is aborted. */
  constructor(say: (text: string) => void, signal: AbortSignal) {
    this.#say = say;
    this.#signal = signal;
  }

  /** `work` returns the value of the step and what to write into the table about it. */
  async step<Value>(title: string, work: () => Promise<{ value: Value; outcome: string }>): Promise<Value> {
    this.#signal.throwIfAborted();
    this.#say(`\n── ${title}`);
    const started = performance.now();
    const { value, outcome } = await work();
    const milliseconds = performance.now() - started;
    this.rows.push({ step: title, milliseconds, outcome });
    this.#say(`   ${outcome} (${formatElapsed(milliseconds)})`);
    return value;
  }

  /** The table, as text. */
  render(): string {
    const cells = [
      ['what was done', 'took', 'result'],
      ...this.rows.map((row) => [row.step, formatElapsed(row.milliseconds), row.outcome]),
      ['altogether', formatElapsed(this.rows.reduce((sum, row) => sum + row.milliseconds, 0)), ''],
    ];
    const widths = [0, 1].map((column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
    const lines = cells.map(([step = '', took = '', outcome = '']) =>
      `${step.padEnd(widths[0] ?? 0)}  ${took.padStart(widths[1] ?? 0)}  ${outcome}`.trimEnd(),
    );
    const rule = '─'.repeat(Math.min(110, Math.max(...lines.map((line) => line.length))));
    return [lines[0], rule, ...lines.slice(1, -1), rule, lines.at(-1)].join('\n');
  }
}
