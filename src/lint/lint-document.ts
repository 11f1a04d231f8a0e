import type { SourcePosition } from '../model/source-position.ts';

/** What a text can be judged as. `unknown` is read for nothing. The names are the values of `lint --as`. */
export const documentKinds = [
  'holdfast',
  'pgbackrest-conf',
  'environment',
  'postgresql-conf',
  'patroni',
  'crontab',
  'systemd-unit',
  'compose',
  'kubernetes',
  'ansible',
  'pigsty',
  'consul',
  'prometheus-rules',
  'dockerfile',
  'shell',
  'python',
  'markdown',
  'unknown',
] as const;

export type DocumentKind = (typeof documentKinds)[number];

/** From `start` (an offset in the document's text) on, the text stands in the file from offset `origin` on. */
export interface Segment {
  readonly start: number;
  readonly origin: number;
}

/** What a document is made of. */
export interface LintDocumentParts {
  readonly kind: DocumentKind;
  readonly text: string;
  /** The document it was found in: a Markdown file, a playbook with `content: |`, a ConfigMap. */
  readonly container?: LintDocument | undefined;
  /** Sorted by start, the first at 0; required with a container. */
  readonly segments?: readonly Segment[] | undefined;
  /** Where a container says that it goes: `/etc/systemd/system/pgbackrest-full.timer`, a key of a ConfigMap. */
  readonly destination?: string | undefined;
}

/**
 * A text of one kind: a whole file, or a part of one (a fenced block, the content of a task, a key of a ConfigMap).
 * Offsets of facts and findings are those of its own text; `positionOf` and `fileOffset` translate into the file.
 */
export class LintDocument {
  readonly file: string;
  readonly kind: DocumentKind;
  readonly text: string;
  readonly container: LintDocument | undefined;
  readonly destination: string | undefined;
  readonly #segments: readonly Segment[];
  #lineStarts: readonly number[] | undefined;

  constructor(file: string, parts: LintDocumentParts) {
    this.file = file;
    this.kind = parts.kind;
    this.text = parts.text;
    this.container = parts.container;
    this.destination = parts.destination;
    this.#segments = parts.segments ?? [{ start: 0, origin: 0 }];
  }

  /** The document that is the whole file. */
  get root(): LintDocument {
    return this.container?.root ?? this;
  }

  /** Offset in the file's text of an offset in this text. */
  fileOffset(offset: number): number {
    const inContainer = this.#translate(offset);
    return this.container === undefined ? inContainer : this.container.fileOffset(inContainer);
  }

  /** Line and column in the file, both from 1, of an offset in this text. */
  positionOf(offset: number): SourcePosition {
    const { root } = this;
    const place = this.fileOffset(offset);
    const starts = root.#linesOf();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return { file: this.file, line: low + 1, column: place - (starts[low] ?? 0) + 1 };
  }

  /** True when the range stands in the file as it stands here, so that it can be replaced there. */
  isContiguous(start: number, end: number): boolean {
    if (this.fileOffset(end) - this.fileOffset(start) !== end - start) return false;
    return this.root.text.slice(this.fileOffset(start), this.fileOffset(end)) === this.text.slice(start, end);
  }

  #translate(offset: number): number {
    let found = this.#segments[0] ?? { start: 0, origin: 0 };
    for (const segment of this.#segments) {
      if (segment.start > offset) break;
      found = segment;
    }
    return found.origin + (offset - found.start);
  }

  #linesOf(): readonly number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1))
        starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}

/** A range in a document's text. */
export interface Place {
  readonly document: LintDocument;
  readonly start: number;
  readonly end: number;
}

/**
 * A word or value that stands somewhere, without the quotes it stood in.
 * `unknown`: it holds a placeholder (Jinja, `${NAME}`, `<access-key>`), so that nothing may be said of its content.
 */
export interface PlacedText extends Place {
  readonly value: string;
  readonly unknown: boolean;
}
