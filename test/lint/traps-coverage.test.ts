import { describe, expect, it } from 'vitest';
import { judgeProject } from '../../src/lint/judge-project.ts';
import { readProject } from '../../src/lint/read-project.ts';
import { parseEngineVersion, type EngineVersion } from '../../src/model/engine-version.ts';
import { commandTraps } from './traps/command-traps.ts';
import { configurationTraps } from './traps/configuration-traps.ts';
import { containerTargetTraps } from './traps/container-target-traps.ts';
import { engineTargetTraps } from './traps/engine-target-traps.ts';
import { hostTargetTraps } from './traps/host-target-traps.ts';
import { monitoringTraps } from './traps/monitoring-traps.ts';
import { procedureTraps } from './traps/procedure-traps.ts';
import { valueTraps } from './traps/value-traps.ts';
import { versionTargetTraps } from './traps/version-target-traps.ts';
import { nearMisses } from './traps/near-misses.ts';
import { trapsWithoutFile } from './traps/traps-without-file.ts';

const traps = [
  ...configurationTraps,
  ...valueTraps,
  ...commandTraps,
  ...procedureTraps,
  ...monitoringTraps,
  ...engineTargetTraps,
  ...versionTargetTraps,
  ...containerTargetTraps,
  ...hostTargetTraps,
];

function rulesOn(files: readonly (readonly [string, string])[], engine = '2.60'): ReadonlySet<string> {
  const sources = files.map(([file, text]) => ({ file, text }));
  const engineVersion = parseEngineVersion(engine) as EngineVersion;
  const project = readProject(sources, { engineVersion, fileFacts: () => undefined });
  return new Set(judgeProject(project).findings.map(({ rule }) => rule));
}

describe('the table of traps', () => {
  it('has an input, or a reason why there is none, for each of its rows', () => {
    const tried = [...traps, ...trapsWithoutFile].map(({ row }) => row.split(' ')[0]);
    const numbered = (letter: string, last: number) =>
      Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
    const rows = [...numbered('C', 16), ...numbered('P', 25)];
    expect(rows.filter((row) => !tried.includes(row))).toEqual([]);
  });

  it.each(traps.map((trap) => [trap.row, trap] as const))('%s is found', (_, { files, rules, engine }) => {
    expect(rules).not.toEqual([]);
    const found = rulesOn(files, engine);
    expect(rules.filter((rule) => !found.has(rule))).toEqual([]);
  });

  it.each(nearMisses)('%s leaves alone what only looks like it', (rule, files) => {
    expect([...rulesOn(files)]).not.toContain(rule);
  });
});
