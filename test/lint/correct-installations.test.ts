import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeProject } from '../../src/lint/judge-project.ts';
import { readProject } from '../../src/lint/read-project.ts';
import { parseEngineVersion, type EngineVersion } from '../../src/model/engine-version.ts';

const directory = join(import.meta.dirname, 'correct');

/** Every file below a directory, by its path there. */
function filesBelow(top: string): readonly { file: string; text: string }[] {
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ file: path.slice(top.length + 1), text: readFileSync(path, 'utf8') }));
}

describe('a correct installation', () => {
  it.each(
    readdirSync(directory).flatMap((name) => ['2.58', '2.60'].map((engine) => [name, engine] as const)),
  )('%s has nothing to be said of it, judged for %s', (name, engine) => {
    const files = filesBelow(join(directory, name));
    const project = readProject(files, {
      engineVersion: parseEngineVersion(engine) as EngineVersion,
      fileFacts: () => ({ mode: 0o600, committed: false }),
    });
    expect(project.documents.filter(({ document }) => document.kind === 'unknown')).toEqual([]);
    expect(project.documents.length).toBeGreaterThanOrEqual(files.length);
    const { findings } = judgeProject(project);
    expect(findings.map(({ rule, position }) => `${position.file}:${position.line} ${rule}`)).toEqual([]);
  });
});
