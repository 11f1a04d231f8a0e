import type { EngineVersion } from '../model/engine-version.ts';
import { assembleProject } from './assemble-project.ts';
import { detectKind } from './detect-kind.ts';
import type { DocumentFacts } from './facts.ts';
import { LintDocument, type DocumentKind } from './lint-document.ts';
import type { FileFacts, LintProject } from './lint-rule.ts';
import { readers } from './readers/all-readers.ts';

/** A file as it was given. */
export interface LintSource {
  /** As it is to be named in findings. */
  readonly file: string;
  readonly text: string;
}

/** What else must be known to read files. */
export interface ReadSettings {
  /** The version that is judged for. */
  readonly engineVersion: EngineVersion;
  /** What the file system says of a file. */
  readonly fileFacts: (document: LintDocument) => FileFacts | undefined;
  /** Read every file as this, whatever it looks like; what is embedded in it is still told by its content. */
  readonly as?: DocumentKind | undefined;
}

/** A block in a ConfigMap in a fenced block in a playbook is 4; nothing real is deeper. */
const mostNested = 8;

/**
 * Reads files, and the documents in them, into everything that rules see. Pure; never throws.
 *
 * @returns documents in the order of the files, each followed by those that stand in it
 */
export function readProject(sources: readonly LintSource[], settings: ReadSettings): LintProject {
  const documents = sources.flatMap(({ file, text }) => {
    const kind = settings.as ?? detectKind(file, text);
    return [...readNested(new LintDocument(file, { kind, text }), 0)];
  });
  return {
    ...assembleProject(documents),
    engineVersion: settings.engineVersion,
    fileFacts: settings.fileFacts,
  };
}

function* readNested(document: LintDocument, depth: number): Generator<DocumentFacts> {
  const facts = readers[document.kind]?.(document) ?? { document };
  yield facts;
  if (depth >= mostNested) return;
  for (const embedded of facts.embedded ?? []) yield* readNested(embedded, depth + 1);
}
