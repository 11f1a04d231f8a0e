import { formatByteSize } from '../../model/byte-size.ts';
import type { Terminal } from '../terminal.ts';

/** How far something is. */
export interface ProgressState {
  readonly label: string;
  readonly bytesDone: number;
  readonly bytesTotal: number | undefined;
}

/** One line that shows progress, on stderr. */
export interface ProgressLine extends Disposable {
  update(state: ProgressState): void;
  /** Any other line of progress, for waits that have no bytes. */
  say(text: string): void;
  /** Takes the line away, so that something else can be printed. */
  clear(): void;
}

/** Milliseconds between two drawings on a terminal, and between two lines anywhere else. */
const intervals = { terminal: 100, plain: 5000 } as const;

/**
 * On a terminal one line that is drawn over; in a log file or a pipe a plain line every few seconds, so that a cron
 * mail stays short.
 *
 * @param now milliseconds
 */
export function openProgressLine(terminal: Terminal, now: () => number): ProgressLine {
  const interval = terminal.interactive ? intervals.terminal : intervals.plain;
  let last = now();
  let drawn = false;
  const show = (text: string): void => {
    if (now() - last < interval) return;
    last = now();
    if (!terminal.interactive) {
      terminal.printNote(text);
      return;
    }
    terminal.writeRaw(`\r\u001B[K${text.slice(0, terminal.columns - 1)}`);
    drawn = true;
  };
  const clear = (): void => {
    if (drawn) terminal.writeRaw('\r\u001B[K');
    drawn = false;
  };
  return {
    update: (state) => show(progressText(state, terminal.interactive)),
    say: show,
    clear,
    [Symbol.dispose]: clear,
  };
}

/** `main to offsite  [#######.............]  35.0%  1.2 GiB of 3.4 GiB`. */
export function progressText(state: ProgressState, withBar: boolean): string {
  const { label, bytesDone, bytesTotal } = state;
  if (bytesTotal === undefined || bytesTotal <= 0) return `${label}  ${formatByteSize(bytesDone)}`;
  const share = Math.min(1, bytesDone / bytesTotal);
  const filled = Math.floor(share * 20);
  const bar = withBar ? `  [${'#'.repeat(filled)}${'.'.repeat(20 - filled)}]` : '';
  return `${label}${bar}  ${(share * 100).toFixed(1)}%  ${formatByteSize(bytesDone)} of ${formatByteSize(bytesTotal)}`;
}
