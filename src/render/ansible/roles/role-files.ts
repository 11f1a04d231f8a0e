/** Files of a role or of the project by path below it; the text is the same for every configuration. */
export type FixedFiles = Readonly<Record<string, string>>;
