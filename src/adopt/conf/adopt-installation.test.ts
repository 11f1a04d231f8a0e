import { expect, test } from 'vitest';
import { readConfText } from '../../engine/conf/read-conf-text.ts';
import { parseEngineVersion, type EngineVersion } from '../../model/engine-version.ts';
import { isFailure } from '../../model/failure.ts';
import { indexedName, optionsOf } from '../../model/option-table.ts';
import { adoptInstallation, type Adoption } from './adopt-installation.ts';
import type { EngineVariable } from './given-setting.ts';

function adopt(text: string, version = '2.45', variables: readonly EngineVariable[] = []): Adoption {
  return adoptInstallation(
    {
      version: parseEngineVersion(version) as EngineVersion,
      sources: [readConfText(text, '/etc/pgbackrest.conf')],
      variables,
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

function notes(adoption: Adoption, kind: string): string[] {
  return adoption.draft.notes
    .filter((note) => note.kind === kind)
    .map(({ what, position }) => `${what}${position === undefined ? '' : `:${position.line}`}`);
}

const node = '[main]\npg1-path=/pg\n';

test('blames no repository for what the configuration on its own host decides', () => {
  const { draft } = adopt(`[global]\nrepo1-host=backup.example.com\nrepo2-path=/srv\n${node}`);
  const kept = draft.notes.filter(({ kind }) => kind === 'kept');
  expect(kept.map(({ what, why }) => `${what}: ${why}`)).toEqual([
    expect.stringMatching(/^repo1-host: .*run `holdfast adopt` there too/),
    expect.stringMatching(/^repo2-path: .*repo2.*ever expires/),
  ]);
});

test('writes a file that reads well, with the tuning left to the engine', () => {
  const adoption = adopt(
    [
      '[global]',
      'repo1-path=/srv/repo',
      'repo1-retention-full=2',
      'repo1-cipher-type=aes-256-cbc',
      'repo1-cipher-pass=hunter2',
      'process-max=4',
      '[global:archive-push]',
      'compress-level=3',
      '[main]',
      'pg1-path=/var/lib/postgresql/15/main',
      'pg1-port=5433',
      '',
    ].join('\n'),
  );
  expect(adoption.text).toMatchInlineSnapshot(`
    "# Taken over from /etc/pgbackrest.conf (pgBackRest 2.45).
    # It renders to what those files said. \`engine.defaults: own\` keeps pgBackRest as it was; without that line
    # Holdfast's measured choices hold (docs/tuning.md).

    stanzas:
      main:
        postgres:
          - { path: /var/lib/postgresql/15/main, port: 5433 }
        repositories:
          repo1:
            type: posix
            path: /srv/repo
            encryption: { passphrase: file:/etc/holdfast/secrets/repo1-cipher-pass }
            retention: { full: 2 }

    engine:
      defaults: own

    options:
      process-max: 4
      archive-push:
        compress-level: 3
    "
  `);
  expect(adoption.differences).toEqual([]);
  expect(JSON.stringify(adoption.draft)).not.toContain('hunter2');
});

test('keeps what is wrong and says so', () => {
  const adoption = adopt(
    `[global]\nrepo1-path=/r\nrepo1-retention-full=4\nrepo1-retention-archive=14\n${node}`,
  );
  expect(adoption.text).toContain('archive: { type: full, count: 14 }');
  expect(notes(adoption, 'kept')).toEqual(['repo1-retention-archive:4']);
  expect(notes(adoption, 'not-carried')).toEqual([]);
});

test('tells of a comment that is a part of the value', () => {
  const adoption = adopt('[global]\nrepo1-path=/r  # here\nrepo1-retention-full=1\n[main]\npg1-path=/pg\n');
  expect(adoption.text).toContain('path: "/r  # here"');
  expect(notes(adoption, 'kept')).toEqual(['repo1-path:2']);
});

test('takes times as the version takes them', () => {
  const text = `[global]\nrepo1-path=/r\nrepo1-retention-full=1\narchive-timeout=5m\n${node}`;
  expect(adopt(text, '2.45').text).toContain('archive-timeout: 5\n');
  expect(notes(adopt(text, '2.45'), 'kept')).toEqual(['archive-timeout:4']);
  expect(adopt(text, '2.55').text).toContain('archive-timeout: 300\n');
  expect(notes(adopt(text, '2.55'), 'kept')).toEqual([]);
});

test('lists every line that has no effect, and none that has', () => {
  const adoption = adopt(
    `[global]\nrepo1-path=/r\nbogus=1\npg1-port=1\nrepo1-s3-key=K\n[global:nothing]\ndelta=y\n[main:backup]\narchive-async=y\n${node}`,
  );
  expect(notes(adoption, 'no-effect')).toEqual([
    'bogus:3',
    'pg1-port:4',
    'repo1-s3-key:5',
    'delta:7',
    'archive-async:9',
  ]);
  expect(notes(adoption, 'not-carried')).toEqual([]);
});

test('leaves out what the engine refuses and says what it refused', () => {
  const adoption = adopt(`[global]\nrepo1-path=/r\nrepo1-retention-full=3 # three\n${node}word\n`);
  expect(notes(adoption, 'not-carried')).toEqual(['repo1-retention-full:3', 'a line that is no option:6']);
  expect(adoption.differences).toEqual([]);
});

test('variables come before files, and secrets that nobody gives are expected from them', () => {
  const text = `[global]\nrepo1-path=/r\nrepo1-cipher-type=aes-256-cbc\nprocess-max=2\n${node}`;
  const variable = { name: 'PGBACKREST_PROCESS_MAX', value: '8', position: undefined };
  const adoption = adopt(text, '2.45', [variable]);
  expect(adoption.text).toContain('process-max: 8');
  expect(adoption.text).toContain('passphrase: ${PGBACKREST_REPO1_CIPHER_PASS}');
  expect(notes(adoption, 'no-effect')).toEqual(['process-max:4']);
  expect(notes(adoption, 'moved')).toEqual(['repo1-cipher-pass']);
  expect(adoption.differences).toEqual([]);
});

test('a section without a server is listed, and no stanza at all is a failure', () => {
  const adoption = adopt(`[global]\nrepo1-path=/r\n[old]\nlog-level-file=debug\n${node}`);
  expect(adoption.stanzas).toEqual(['main']);
  expect(notes(adoption, 'not-carried')).toEqual(['[old]:4']);
  expect(() => adopt('[global]\nrepo1-path=/r\n')).toThrow(
    expect.objectContaining({ kind: 'engine-configuration', problem: 'there is no stanza in it' }),
  );
});

test('no secret stands in the file or in a note, wherever it stood', () => {
  const version = parseEngineVersion('2.60') as EngineVersion;
  // With these two the engine hides names; holdfast.yaml has them as what they are.
  const names = new Set(['repo-azure-account', 'repo-azure-endpoint']);
  const secure = optionsOf(version).filter(({ name, secure: hidden }) => hidden === true && !names.has(name));
  expect(secure.length).toBeGreaterThan(5);
  const types = ['posix', 's3', 'azure', 'gcs', 'sftp'];
  for (const option of secure) {
    for (const type of types) {
      for (const section of ['global', 'main', 'global:backup', 'main:archive-push', 'other']) {
        const name = indexedName(option, 1);
        const line = `[${section}]\n${name}=top.secret # x\n${name.replace('repo1', 'repo')}=top.secret\n`;
        const more = `repo1-cipher-type=aes-256-cbc\nrepo1-s3-bucket=b\nrepo1-s3-endpoint=e\nrepo1-s3-region=r\n`;
        const text = `[global]\nrepo1-type=${type}\nrepo1-gcs-key-type=token\n${more}[main]\npg1-path=/pg\n${line}`;
        const told = tellAll(text);
        expect(told, `${type} ${section} ${name}`).not.toContain('top.secret');
      }
    }
  }
});

/** Everything that is told or written, a refusal included; not what goes into files of secrets. */
function tellAll(text: string): string {
  try {
    const { draft, text: written } = adopt(text, '2.60');
    return JSON.stringify([draft, written]);
  } catch (error) {
    if (isFailure(error, 'engine-configuration')) return JSON.stringify(error);
    throw error;
  }
}
