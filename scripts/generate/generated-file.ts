/** A file that is made from the code and checked in. */
export interface GeneratedFile {
  /** Path from the root of the project. */
  readonly path: string;
  readonly content: string;
}

/** Makes files from the code, always the same from the same code: no clock, no environment, no randomness. */
export type Generator = () => GeneratedFile[] | Promise<GeneratedFile[]>;
