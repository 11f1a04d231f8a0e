import { assert, asyncProperty } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfText } from '../../src/engine/conf/read-conf-text.ts';
import {
  ConfigurationProbe,
  probedCommands,
  type ProbeRequest,
} from '../../src/engine/probe/probe-configuration.ts';
import { parseVerdict } from '../../src/engine/resolve/parse-verdict.ts';
import { type EngineVersion, parseEngineVersion } from '../../src/model/engine-version.ts';
import { engineFor, engineVersionUnderTest } from '../support/engines.ts';
import { randomConfiguration } from '../support/random-configuration.ts';
import { createSandbox } from '../support/sandbox.ts';

/** HOLDFAST_PROPERTY_RUNS=3000 looks at as many, from a seed of its own each time. */
const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 120);
const versions = [...new Set(['2.45', engineVersionUnderTest()])];

interface Opinion {
  /** The engine may stop with any of them. */
  readonly codes: readonly (number | undefined)[];
  readonly warned: readonly string[];
}

function ourOpinion(version: EngineVersion, command: string, request: ProbeRequest): Opinion {
  const { error, errors, warned } = parseVerdict({ version, command, ...request, arguments: [] });
  const fromEnvironment = (option = ''): boolean => option.startsWith('PGBACKREST_');
  // In which order a process gets its variables, and so which of two wrong ones is met first, is not ours to say.
  const first = fromEnvironment(error?.option)
    ? errors.filter(({ option }) => fromEnvironment(option)).map(({ code }) => code)
    : [error?.code];
  return { codes: first, warned };
}

describe('resolveOptions and the real engine', () => {
  it.each(versions)('have one opinion of every configuration (%s)', { timeout: 3_600_000 }, async (text) => {
    const binary = engineFor(text);
    await using sandbox = await createSandbox('conf-parse');
    const shown = await sandbox.mustRun(binary, ['version']);
    const version = parseEngineVersion(shown.stdout) as EngineVersion;
    const engine = { binary, version, runAs: sandbox.runAs };
    const probe = await ConfigurationProbe.open(engine, sandbox.directory('probe'));
    await assert(
      asyncProperty(randomConfiguration(version), async ({ files, environment, stanza, picks }) => {
        const sources = files.map((content, position) => readConfText(content, `${position}.conf`));
        const request: ProbeRequest = { stanza, sources, environment };
        for (const pick of picks) {
          const command = probedCommands[pick % probedCommands.length] as string;
          const ours = ourOpinion(version, command, request);
          const theirs = await probe.judge(command, request);
          expect(ours.codes, `${command}: ${theirs.message ?? 'taken'}`).toContain(theirs.code);
          // After an error the engine says nothing more of what else it would have warned of.
          if (theirs.code === undefined) expect(theirs.warned, command).toEqual(ours.warned);
        }
      }),
      { numRuns: runs, endOnFailure: false },
    );
  });
});
