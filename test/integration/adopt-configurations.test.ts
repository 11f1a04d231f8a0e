import { assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adoptInstallation, type Adoption } from '../../src/adopt/conf/adopt-installation.ts';
import { readConfText } from '../../src/engine/conf/read-conf-text.ts';
import { renderConf } from '../../src/engine/conf/render-conf.ts';
import { readNumber } from '../../src/engine/resolve/read-option-value.ts';
import { isAtLeast, parseEngineVersion, type EngineVersion } from '../../src/model/engine-version.ts';
import { isFailure } from '../../src/model/failure.ts';
import { findOption } from '../../src/model/option-table.ts';
import type { SecretReference } from '../../src/model/secret.ts';
import { readHelp } from '../support/engine-help.ts';
import { engineFor, engineVersionUnderTest } from '../support/engines.ts';
import type { ExistingConfiguration } from '../support/existing-configuration.ts';
import { existingConfigurations } from '../support/existing-configurations.ts';
import { randomConfiguration } from '../support/random-configuration.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

const versions = [...new Set(['2.45', engineVersionUnderTest()])];
const commands = [
  'archive-get',
  'archive-push',
  'backup',
  'check',
  'expire',
  'info',
  'restore',
  'server',
  'verify',
];

interface Texts {
  readonly conf: string;
  readonly include: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

function adopt(
  texts: readonly string[],
  version: EngineVersion,
  variables: Readonly<Record<string, string>> = {},
): Adoption {
  return adoptInstallation(
    {
      version,
      sources: texts.map((text, index) => readConfText(text, `/etc/${index}.conf`)),
      variables: Object.entries(variables).map(([name, value]) => ({ name, value, position: undefined })),
      places: {
        binary: 'pgbackrest',
        configFile: '/etc/pgbackrest/pgbackrest.conf',
        includeDirectory: '/etc/pgbackrest/conf.d',
        user: 'postgres',
      },
    },
    { output: '/etc/holdfast/holdfast.yaml', secrets: 'files', extend: () => {} },
  );
}

/** What `holdfast setup` would write. */
function rendered({ configuration, secretFiles }: Adoption, version: EngineVersion): Texts {
  const secrets = (reference: SecretReference): string => {
    const file = secretFiles.find(({ path }) => reference.kind === 'file' && path === reference.path);
    return file?.content.trimEnd() ?? (reference.kind === 'literal' ? reference.value : 'unseen');
  };
  const [main, secret] = renderConf(configuration, { version, machine: { cores: 4 }, secrets });
  return { conf: main?.content ?? '', include: { 'holdfast-secrets.conf': secret?.content ?? '' } };
}

/** Of the configurations that were written so far. */
let folders = 0;

async function realValues(
  sandbox: Sandbox,
  version: EngineVersion,
  { conf, include, environment }: Texts,
  stanza: string,
): Promise<Record<string, string>> {
  folders += 1;
  const folder = `case-${folders}`;
  const directory = sandbox.directory(`${folder}/conf.d`);
  const file = sandbox.write(`${folder}/pgbackrest.conf`, conf);
  for (const [name, text] of Object.entries(include)) sandbox.write(`${folder}/conf.d/${name}`, text);
  const request = { binary: engineFor(version.text), conf: file, include: directory, stanza, environment };
  const values = await readHelp(sandbox, request, commands);
  return Object.fromEntries(
    [...values].map(([key, value]) => [key, meaning(key.split(' ')[1] ?? '', value, version)]).toSorted(),
  );
}

/** `1024KiB` is `1MiB` and `30` is `30s`, whichever was written. */
function meaning(option: string, value: string, version: EngineVersion): string {
  const found = findOption(option) ?? findOption(option.replace(/^(pg|repo)-/, '$11-'));
  if (found === undefined) return value;
  return value
    .split('; ')
    .map((part) => {
      const [, prefix = '', text = ''] = /^((?:(?:pg|repo)\d+: )?)(.*)$/.exec(part) ?? [];
      return prefix + String(readNumber(found.option.type, text, version) ?? text.replace(/(?<=.)\/+$/, ''));
    })
    .join('; ');
}

function lostIn({ draft }: Adoption): string[] {
  return draft.notes.filter(({ kind }) => kind === 'not-carried').map(({ what }) => what);
}

describe.each(versions)('what the real engine makes of files (%s)', (name) => {
  const version = parseEngineVersion(name) as EngineVersion;
  const known = existingConfigurations.filter(
    ({ since }) => since === undefined || isAtLeast(version, since),
  );

  it.each(known)('is the same before and after adopting $name', async (existing: ExistingConfiguration) => {
    await using sandbox = await createSandbox('adopt-conf');
    const include = existing.include ?? {};
    const adoption = adopt([existing.conf, ...Object.values(include)], version);
    expect(adoption.differences).toEqual([]);
    expect(lostIn(adoption)).toEqual(existing.lost ?? []);
    expect(adoption.stanzas).toEqual(existing.stanzas);
    const after = rendered(adoption, version);
    for (const stanza of existing.stanzas) {
      const before = await realValues(sandbox, version, { conf: existing.conf, include }, stanza);
      expect(Object.keys(before).length).toBeGreaterThan(commands.length);
      expect(sameCommands(await realValues(sandbox, version, after, stanza), before)).toEqual(before);
    }
  });

  it('is never different without a note, whatever the files say', async () => {
    await using sandbox = await createSandbox('adopt-random');
    const cases: { texts: Texts; adoption: Adoption }[] = [];
    assert(
      property(randomConfiguration(version), ({ files, environment }) => {
        const adoption = adoptOrRefuse(files, version, environment);
        if (adoption === undefined) return;
        expect(adoption.differences.length === 0 || lostIn(adoption).length > 0).toBe(true);
        const [conf = '', ...more] = files;
        const include = Object.fromEntries(more.map((text, index) => [`${index}.conf`, text]));
        if (adoption.differences.length === 0 && adoption.stanzas.includes('main'))
          cases.push({ texts: { conf, include, environment }, adoption });
      }),
      { numRuns: 250, seed: 20_261_121, endOnFailure: true },
    );
    const wanted = 6;
    let compared = 0;
    for (const { texts, adoption } of cases) {
      if (compared === wanted) break;
      const before = await realValues(sandbox, version, texts, 'main');
      // Where the engine refuses every command there is nothing to be compared.
      if (Object.keys(before).length > commands.length) compared += 1;
      const after = await realValues(sandbox, version, rendered(adoption, version), 'main');
      expect(sameCommands(after, before), JSON.stringify(texts)).toEqual(before);
    }
    expect(compared).toBe(wanted);
  });
});

/** Without the commands that the engine refused before, because of lines that were left out. */
function sameCommands(
  after: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  const taken = new Set(Object.keys(before).map((key) => key.split(' ')[0]));
  return Object.fromEntries(Object.entries(after).filter(([key]) => taken.has(key.split(' ')[0])));
}

/** Undefined for what the engine itself could do nothing with. */
function adoptOrRefuse(
  files: readonly string[],
  version: EngineVersion,
  environment: Readonly<Record<string, string>>,
): Adoption | undefined {
  try {
    return adopt(files, version, environment);
  } catch (error) {
    if (isFailure(error, 'engine-configuration')) return undefined;
    throw error;
  }
}
