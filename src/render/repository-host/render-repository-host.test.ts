import { describe, expect, it } from 'vitest';
import { renderCall } from '../../../test/support/conf-parts.ts';
import { parseConfiguration } from '../../config/load.ts';
import { repositoryHostTarget } from './render-repository-host.ts';

const tls = 'tls: { caFile: /t/ca.crt, certificateFile: /t/host.crt, keyFile: /t/host.key }';
const server = (more: string): string =>
  `tlsServer: { caFile: /t/ca.crt, certificateFile: /t/host.crt, keyFile: /t/host.key, ${more} }`;
const good = `
stanzas:
  main:
    postgres: { path: /pg, host: pg1, ${tls} }
    repositories: { far: { type: posix, path: /repo, host: repo, ${tls}, encryption: { passphrase: file:/run/p } } }
    schedule: { full: "0 2 * * 0" }
${server("address: '*', auth: { pg1: [main], repo: ['*'] }")}
`;

function render(source: string, host: string | undefined): ReadonlyMap<string, string> {
  const call = renderCall({ host, source });
  const { configuration, problems } = parseConfiguration(source, '/etc/holdfast.yaml');
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  const files = repositoryHostTarget.render(configuration, call);
  return new Map(files.map(({ path, content }) => [path, content]));
}

describe('render repository-host', () => {
  it('gives each host its own way to the other, and secrets to the repository host alone', () => {
    const [repo, pg1] = [render(good, 'repo'), render(good, 'pg1')];
    expect(repo.get('/etc/pgbackrest/pgbackrest.conf')).toContain('pg1-host=pg1\npg1-host-type=tls');
    expect(repo.get('/etc/pgbackrest/conf.d/holdfast-secrets.conf')).toContain('repo1-cipher-pass=');
    expect(pg1.get('/etc/pgbackrest/pgbackrest.conf')).toContain('repo1-host=repo\nrepo1-host-type=tls');
    expect(pg1.get('/etc/pgbackrest/conf.d/holdfast-secrets.conf')).not.toContain('cipher-pass');
    expect(repo.get('/etc/tmpfiles.d/holdfast-pgbackrest.conf')).toContain('d /repo 0750 postgres');
    expect(pg1.get('/etc/tmpfiles.d/holdfast-pgbackrest.conf')).not.toContain('/repo');
    expect(repo.get('/etc/systemd/system/pgbackrest-server.service')).toMatch(/^ReadWritePaths=.* \/repo$/m);
  });

  it('leaves the schedule to the repository host', () => {
    expect(render(good, 'repo').get('/etc/holdfast/holdfast.yaml')).toContain('0 2 * * 0');
    expect(render(good, 'pg1').get('/etc/holdfast/holdfast.yaml')).not.toContain('schedule');
  });

  it.each([
    ['no host is said', good, undefined, /not said for which host/],
    ['the host is another', good, 'pg2', /no host pg2 that takes part/],
    ['nobody can come', good.replace("address: '*', ", ''), 'repo', /where no other host can come/],
    [
      'a client is not let in',
      good.replace('pg1: [main]', 'pg9: [main]'),
      'repo',
      /does not let pg1 use stanza main/,
    ],
    ['there is no server', good.replace(/^tlsServer.*$/m, ''), 'repo', /there is no tlsServer/],
    [
      'a secret would be copied',
      good.replace('file:/run/p', 'abcdefghijklmnopqrstuvwxyz'),
      'repo',
      /copied to every host/,
    ],
    [
      'keys are missing',
      good.replaceAll(tls, 'ssh: {}').replace(/^tlsServer.*$/m, ''),
      'repo',
      /keys\.pg1\.client is missing/,
    ],
    [
      'all is on one host',
      'stanzas: { main: { postgres: { path: /pg }, repositories: { r: { type: posix } } } }',
      'x',
      /no host of the file/,
    ],
  ])('refuses when %s', (_, source, host, problem) => {
    expect(() => render(source, host)).toThrow(problem);
  });
});
