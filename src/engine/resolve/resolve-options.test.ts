import { describe, expect, it } from 'vitest';
import { type EngineVersion, parseEngineVersion } from '../../model/engine-version.ts';
import { readConfText } from '../conf/read-conf-text.ts';
import { parseVerdict } from './parse-verdict.ts';
import { type ResolvedOptions, resolveOptions } from './resolve-options.ts';

function resolve(
  text: string,
  { command = 'backup', engine = '2.45', environment = {}, args = [] as readonly string[] } = {},
): ResolvedOptions {
  return resolveOptions({
    version: parseEngineVersion(engine) as EngineVersion,
    command,
    stanza: 'main',
    sources: [readConfText(text, 'pgbackrest.conf')],
    environment,
    arguments: args,
  });
}

const base = '[global]\nrepo1-retention-full=2\n[main]\npg1-path=/srv/pg\n';
const codes = (resolved: ResolvedOptions): readonly number[] => resolved.errors.map(({ code }) => code);

describe('resolveOptions', () => {
  it('lets the command line win over the environment, and that over sections from the most special one on', () => {
    const text = `${base}process-max=3\n[main:backup]\nprocess-max=2\n[global:backup]\nprocess-max=4\n`;
    const value = (options: Parameters<typeof resolve>[1]) =>
      resolve(text, options).values.get('process-max');
    const environment = { PGBACKREST_PROCESS_MAX: '5' };
    expect(value({})).toMatchObject({ value: '2', origin: 'file' });
    expect(value({ command: 'restore' })).toMatchObject({ value: '3', origin: 'file' });
    expect(value({ environment })).toMatchObject({ value: '5', origin: 'environment' });
    expect(value({ environment, args: ['--process-max=6'] })).toMatchObject({
      value: '6',
      origin: 'command-line',
    });
    expect(resolve(base).values.get('process-max')).toMatchObject({ value: '1', origin: 'default' });
  });

  it('knows defaults that depend on another option, and on the version', () => {
    const level = (type: string, engine: string): unknown =>
      resolve(`${base}[global]\ncompress-type=${type}\n`, { engine }).values.get('compress-level')?.value;
    expect(level('zst', '2.56')).toBe('3');
    expect(level('lz4', '2.56')).toBe('1');
    expect(level('none', '2.56')).toBe('0');
  });

  it('ignores what depends on an option that is not so in a file, and refuses it on the command line', () => {
    const resolved = resolve(`${base}[global]\nrepo1-s3-bucket=b\n`);
    expect(resolved.errors).toEqual([]);
    expect(resolved.values.has('repo1-s3-bucket')).toBe(false);
    expect(codes(resolve(base, { args: ['--repo1-s3-bucket=b'] }))).toEqual([31]);
  });

  it('warns of what it ignores', () => {
    const text = `${base}[global]\nno-delta=y\nrepo=2\npg1-port=1\nnothing=1\n[global:backup]\ndelta=y\nlink-all=y\n`;
    expect(resolve(text).warnings.map(({ option }) => option)).toEqual([
      'link-all',
      'no-delta',
      'repo',
      'pg1-port',
      'nothing',
    ]);
  });

  it('counts a key in two files of one section as given twice', () => {
    const input = {
      version: parseEngineVersion('2.45') as EngineVersion,
      command: 'backup',
      stanza: 'main',
      sources: [readConfText(base, 'a'), readConfText('[main]\npg1-path=/b\n', 'b')],
      environment: {},
      arguments: [],
    };
    expect(resolveOptions(input).errors).toMatchObject([{ code: 31, source: { file: 'b' } }]);
  });

  it('never shows a secret', () => {
    const text = '[global]\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=hush\nrepo1-cipher-pass=hush\n';
    const { errors, warnings } = resolve(`${base}${text}`, { args: ['--repo1-cipher-pass=hush'] });
    expect(errors.length).toBeGreaterThan(0);
    expect([...errors, ...warnings].map(({ problem }) => problem).join(' ')).not.toContain('hush');
  });

  it('does not do without pg1 where another is given', () => {
    const text = '[main]\npg2-path=/srv/pg\n';
    expect(resolve(text, { command: 'restore', engine: '2.60' }).errors).toMatchObject([
      { code: 37, option: 'pg1-path' },
    ]);
  });

  it('calls the only repository that is left 1', () => {
    const text = `${base}[global]\nrepo1-retention-full=2\nrepo2-type=azure\nrepo2-azure-account=a\nrepo2-azure-container=c\nrepo2-azure-key=k\nrepo1-gcs-key=x\n`;
    const resolved = resolve(text.replaceAll('repo1-retention-full=2\n', ''));
    expect(resolved.renumbered).toEqual({ repo: 2 });
    expect(resolved.values.get('repo1-azure-account')?.value).toBe('a');
  });
});

describe('parseVerdict', () => {
  it('reads the options of check again for the first stanza where none is named', () => {
    const verdict = (engine: string): unknown =>
      parseVerdict({
        version: parseEngineVersion(engine) as EngineVersion,
        command: 'check',
        sources: [readConfText('[global]\nrepo1-path=/a\n[main:backup]\nprocess-max=2\n', 'f')],
        environment: {},
        arguments: [],
      }).error;
    expect(verdict('2.60')).toMatchObject({ code: 37, option: 'pg1-path' });
    expect(verdict('2.45')).toMatchObject({ code: 37, option: 'stanza' });
  });
});
