import type { EngineProgress, LogRecord } from './engine.ts';

const units: Readonly<Record<string, number>> = { B: 0, KB: 1, MB: 2, GB: 3, TB: 4, PB: 5 };

/**
 * `backup file /pg/base/1/1255 (bundle 2/44144, 768KB, 97.07%) checksum …` and the like, at level detail in every
 * supported version: pgBackRest `src/command/backup/backup.c` (backupJobResult), `src/command/restore/restore.c`
 * (restoreJobResult). With block incremental a size is `bi 8KB/16KB`: what was copied, and the whole file, which is
 * what the share counts.
 */
const fileLine =
  /^(?:(?:backup|restore) file|match file from prior backup) (.+?)(?: - [^(]+)? \((?:bundle \d+\/\d+, )?(?:bi )?(?:[\d.]+[KMGTP]?B\/)?([\d.]+)([KMGTP]?B), ([\d.]+)%\)/;

/** Adds the files of a backup or restore up, from the log at level detail. */
export class ProgressMeter {
  #bytesDone = 0;
  #percent = 0;

  /** @returns the new state, or undefined when the record is not about a finished file */
  read(record: LogRecord): EngineProgress | undefined {
    const match = record.level === 'detail' || record.level === 'info' ? fileLine.exec(record.message) : null;
    if (!match) return undefined;
    this.#bytesDone += Math.round(Number(match[2]) * 1024 ** (units[match[3] as string] ?? 0));
    // Workers report out of order: a smaller share than before is old news.
    this.#percent = Math.max(this.#percent, Number(match[4]));
    return { bytesDone: this.#bytesDone, bytesTotal: this.#total(), file: match[1] };
  }

  #total(): number | undefined {
    if (this.#percent <= 0) return undefined;
    return Math.max(this.#bytesDone, Math.round(this.#bytesDone / (this.#percent / 100)));
  }
}
