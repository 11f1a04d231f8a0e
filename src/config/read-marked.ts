import { parseConfiguration } from './load.ts';
import { parseEngineVersion } from '../model/engine-version.ts';
import type { Problem } from '../model/source-position.ts';

/** For tests: what was found where; a mark is the character `▶` just before the place. */
export interface MarkedResult {
  /** `rule` of every problem, `rule!` for warnings, each with `line:column`, in the order of the file. */
  readonly found: readonly string[];
  /** `line:column` of each mark. */
  readonly marks: readonly string[];
  readonly problems: readonly Problem[];
}

/** Reads a file with marks in it. @param version of the engine, such as `2.45` */
export function readMarked(marked: string, version?: string): MarkedResult {
  const marks: string[] = [];
  const text = marked
    .split('\n')
    .map((line, index) => {
      let rest = line;
      for (let at = rest.indexOf('▶'); at >= 0; at = rest.indexOf('▶')) {
        marks.push(`${index + 1}:${at + 1}`);
        rest = rest.slice(0, at) + rest.slice(at + 1);
      }
      return rest;
    })
    .join('\n');
  const engineVersion = version === undefined ? undefined : parseEngineVersion(version);
  const { problems } = parseConfiguration(text, '/etc/holdfast.yaml', { engineVersion });
  return { found: problems.map(describe), marks, problems };
}

/** A file with one stanza: `stanza` and `repository` replace the usual ones, `top` is added. */
export function stanzaWith(parts: {
  postgres?: string;
  local?: string;
  more?: string;
  top?: string;
}): string {
  return [
    'stanzas:',
    '  main:',
    `    postgres: ${parts.postgres ?? '{ path: /data }'}`,
    '    repositories:',
    `      local: ${parts.local ?? '{ type: posix, path: /repo, retention: { full: 2 } }'}`,
    ...(parts.more === undefined ? [] : parts.more.split('\n').map((line) => `    ${line}`)),
    ...(parts.top === undefined ? [] : [parts.top]),
  ].join('\n');
}

function describe(problem: Problem): string {
  const mark = problem.severity === 'warning' ? '!' : '';
  return `${problem.rule}${mark} ${problem.position.line}:${problem.position.column}`;
}
