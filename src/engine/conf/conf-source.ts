/** One `key=value` line as the engine reads it. Offsets are into the text. */
export interface ConfEntry {
  /** The section it stands in; '' before the first. */
  readonly section: string;
  readonly name: string;
  /** Trimmed; never empty in a file that the engine takes. */
  readonly value: string;
  readonly nameStart: number;
  readonly valueStart: number;
  /** The whole line with its line break. */
  readonly lineStart: number;
  readonly lineEnd: number;
}

/** A pgbackrest.conf as text and as what the engine sees in it (pgBackRest src/common/ini.c). */
export interface ConfSource {
  readonly file: string;
  readonly text: string;
  readonly sections: readonly { readonly name: string; readonly start: number; readonly end: number }[];
  readonly entries: readonly ConfEntry[];
  /** Lines that make the engine refuse the file. */
  readonly badLines: readonly { readonly start: number; readonly end: number; readonly problem: string }[];
}
