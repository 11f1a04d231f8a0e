import { assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomConfiguration } from '../../../../test/support/random-configuration.ts';
import { readConfText } from '../../../engine/conf/read-conf-text.ts';
import { resolveOptions } from '../../../engine/resolve/resolve-options.ts';
import { commandsOf } from '../../../model/option-table.ts';
import { type EngineVersion, parseEngineVersion } from '../../../model/engine-version.ts';
import { readProject } from '../../read-project.ts';
import { configurationRules } from './configuration-rules.ts';

const runs = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 60);

/** Errors that a line of the file causes; what is missing (37) may come from elsewhere. */
function refusals(text: string, version: EngineVersion): readonly string[] {
  return commandsOf(version).flatMap((command) => {
    const sources = [readConfText(text, 'f')];
    const input = { version, command, stanza: 'main', sources, environment: {}, arguments: [] };
    const first = resolveOptions(input).errors.find(
      ({ code, entry }) => code !== 37 && (code === 29 || entry !== undefined),
    );
    return first === undefined ? [] : [`[${first.code}] ${first.option ?? ''}: ${first.problem}`];
  });
}

describe('rules about configuration', () => {
  it.each(['2.45', '2.60'])('find a reason for all that the engine refuses (%s)', (engine) => {
    const engineVersion = parseEngineVersion(engine) as EngineVersion;
    assert(
      property(randomConfiguration(engineVersion), ({ files: [text = ''] }) => {
        const [refused] = refusals(text, engineVersion);
        if (refused === undefined) return;
        const sources = [{ file: 'pgbackrest.conf', text }];
        const project = readProject(sources, { engineVersion, fileFacts: () => undefined });
        const found = configurationRules.rules.flatMap((rule) => [...rule.judge(project)]);
        const errors = found.flatMap(({ engineError }) => engineError ?? []);
        expect(errors, refused).toContain(Number(/^\[(\d+)\]/.exec(refused)?.[1]));
      }),
      { numRuns: runs, seed: 20_260_102 },
    );
  });
});
