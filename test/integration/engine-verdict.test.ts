import { describe, expect, it } from 'vitest';
import { ConfigurationProbe } from '../../src/engine/probe/probe-configuration.ts';
import { judgeByEngine } from '../../src/lint/engine-verdict/judge-by-engine.ts';
import { judgeProject } from '../../src/lint/judge-project.ts';
import { readProject } from '../../src/lint/read-project.ts';
import { type EngineVersion, parseEngineVersion } from '../../src/model/engine-version.ts';
import { engineUnderTest } from '../support/engines.ts';
import { createSandbox } from '../support/sandbox.ts';

const days = `[global]
repo1-path=/srv/repo
repo1-retention-full=4
repo1-retention-archive-type=days

[main]
pg1-path=/srv/pg
`;

/** What the engine adds to what `rules` say, as `rule: problem`; with `rules: none` all that it says. */
async function addedByEngine(
  files: Readonly<Record<string, string>>,
  settings: { readonly judgedFor?: string; readonly rules?: 'none' } = {},
): Promise<readonly string[]> {
  await using sandbox = await createSandbox('conf-verdict');
  const binary = engineUnderTest();
  const shown = await sandbox.mustRun(binary, ['version']);
  const version = parseEngineVersion(shown.stdout) as EngineVersion;
  const probe = await ConfigurationProbe.open(
    { binary, version, runAs: sandbox.runAs },
    sandbox.directory('probe'),
  );
  const sources = Object.entries(files).map(([file, text]) => ({ file, text }));
  const engineVersion = parseEngineVersion(settings.judgedFor ?? version.text) as EngineVersion;
  const project = readProject(sources, { engineVersion, fileFacts: () => undefined });
  const own = settings.rules === 'none' ? [] : judgeProject(project).findings;
  const found = await judgeByEngine(project, own, probe);
  return found.map(({ rule, finding }) => `${rule.name}: ${finding.problem}`);
}

describe('judgeByEngine', () => {
  it('says which commands refuse a file, and at which line', async () => {
    const [found, ...others] = await addedByEngine({ 'pgbackrest.conf': days }, { rules: 'none' });
    expect(others).toEqual([]);
    expect(found).toMatch(/^engine-refuses: backup, expire: 'days' is not allowed/);
  });

  it('does not repeat what a rule has said of the line', async () => {
    expect(await addedByEngine({ 'pgbackrest.conf': days })).toEqual([]);
  });

  it('reads conf.d with the file beside it, and takes placeholders for what they stand for', async () => {
    const files = {
      'etc/pgbackrest.conf': '[global]\nrepo1-type=s3\nrepo1-s3-bucket={{ b }}\nrepo1-s3-endpoint=e\n',
      'etc/conf.d/secret.conf':
        '[global]\nrepo1-s3-region=r\nrepo1-s3-key={{ k }}\nrepo1-s3-key-secret={{ s }}\n[{{ stanza }}]\npg1-path={{ p }}\n',
    };
    expect(await addedByEngine(files, { rules: 'none' })).toEqual([]);
  });

  it('takes what is missing for given elsewhere, where it is a secret or the file is only shown in part', async () => {
    const part = '[global]\nrepo1-type=s3\nrepo1-s3-bucket=b\n';
    expect(await addedByEngine({ 'README.md': `\`\`\`ini\n${part}\`\`\`\n` }, { rules: 'none' })).toEqual([]);
    const secret = `${part}repo1-s3-endpoint=e\nrepo1-s3-region=r\n[main]\npg1-path=/srv/pg\n`;
    expect(await addedByEngine({ 'pgbackrest.conf': secret }, { rules: 'none' })).toEqual([]);
  });

  it('says where the engine is of another opinion', async () => {
    const files = {
      'pgbackrest.conf':
        '[global]\nrepo1-retention-full=2\ndb-exclude=x\n[main]\npg1-path=/srv/pg\nno-such=1\n',
    };
    expect(await addedByEngine(files, { rules: 'none' })).toEqual([]);
    // Judged for 2.57 by an older or newer engine: one of them does not know an option that the other has.
    const newer = {
      'pgbackrest.conf':
        '[global]\nrepo1-retention-full=2\nrepo1-symlink=n\nstop-auto=y\n[main]\npg1-path=/srv/pg\n',
    };
    const found = await addedByEngine(newer, { judgedFor: '2.57', rules: 'none' });
    expect(found[0]).toMatch(
      /^engine-disagrees: .*: the engine says a warning about (repo1-symlink|stop-auto), Holdfast nothing/,
    );
  });
});
