import { isAbsolute, resolve } from 'node:path';
import type { EngineVersion } from '../model/engine-version.ts';
import { Failure } from '../model/failure.ts';
import type { Problem } from '../model/source-position.ts';
import type { Configuration, PassThroughOption } from './configuration.ts';
import { normalizeFile } from './normalize.ts';
import { readAllOptions, type ReadOption } from './options/check-options.ts';
import { parseYaml } from './parse.ts';
import { hasErrors, sortProblems } from './problems.ts';
import { locateFindings, runRules } from './run-rules.ts';
import { validateTree } from './validate.ts';

/** The configuration, unless a problem is an error, and everything wrong in the order of the file. */
export interface LoadResult {
  readonly configuration: Configuration | undefined;
  readonly problems: readonly Problem[];
}

/** What reading the file needs from outside. */
export interface LoadDependencies {
  readText(path: string): Promise<string>;
  /** The installed pgBackRest; without it nothing is checked that depends on its version. */
  readonly engineVersion?: EngineVersion | undefined;
}

/**
 * Reads holdfast.yaml. What is wrong in it is never thrown but given, all at once.
 *
 * @param file path of the file; a relative one is resolved against the working directory
 * @throws Failure config-missing when the file cannot be read
 */
export async function loadConfiguration(file: string, deps: LoadDependencies): Promise<LoadResult> {
  const path = isAbsolute(file) ? file : resolve(file);
  return parseConfiguration(await readFile(path, deps), path, { engineVersion: deps.engineVersion });
}

/**
 * Reads the text of a holdfast.yaml. Pure, and it never throws whatever the text is.
 *
 * @param text content
 * @param file absolute path, for positions
 */
export function parseConfiguration(
  text: string,
  file: string,
  options: { readonly engineVersion?: EngineVersion | undefined } = {},
): LoadResult {
  const { tree, problems: syntax } = parseYaml(text, file);
  if (tree === undefined) return { configuration: undefined, problems: sortProblems(syntax) };
  const validation = validateTree(tree);
  if (validation.file === undefined) {
    return { configuration: undefined, problems: sortProblems([...syntax, ...validation.problems]) };
  }
  const context = { file: validation.file, version: options.engineVersion };
  const read = readAllOptions(context);
  const found = locateFindings([...read.findings, ...runRules(context)], tree, validation);
  const problems = sortProblems([...syntax, ...validation.problems, ...found]);
  if (hasErrors(problems)) return { configuration: undefined, problems };
  const place = ({ path, ...option }: ReadOption): PassThroughOption => ({
    ...option,
    position: tree.positionOf(path, 'key'),
  });
  const configuration = normalizeFile(validation.file, file, {
    global: read.global.map(place),
    stanzas: new Map([...read.stanzas].map(([name, list]) => [name, list.map(place)])),
  });
  return { configuration, problems };
}

async function readFile(path: string, deps: LoadDependencies): Promise<string> {
  try {
    return await deps.readText(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure('config-missing', {
      operation: 'read the configuration',
      place: path,
      problem: `the file cannot be read: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
      hint: 'Name the file with --config, or write one: the shortest is a stanza with a data directory and one repository.',
      cause: error,
    });
  }
}
