import { describe, expect, it } from 'vitest';
import {
  configuration,
  given,
  node,
  render,
  repository,
  stanza,
  transport,
} from '../../../test/support/conf-parts.ts';

describe('renderConf with engine.defaults: own', () => {
  it('renders a file that was taken over as it stands, and chooses nothing', () => {
    const retention = { full: undefined, diff: undefined, archive: 'follow', history: undefined } as const;
    const remote = repository(3, {
      pathGiven: false,
      host: { address: 'store', ...transport },
      retention,
      encryption: { cipher: 'aes-256-cbc', passphrase: { kind: 'literal', value: 'x' } },
    });
    const nodes = [node('db1', { number: 2 }), node(undefined, { number: 4 })];
    const base = configuration(
      [stanza('main', nodes, [repository(1, { retention }), remote], [given('repo1-bundle', 'y', 'backup')])],
      [given('compress-type', 'lz4')],
    );
    const config = {
      ...base,
      engine: { ...base.engine, configFile: '/opt/pgbackrest.conf', defaults: 'own' as const },
    };
    const { main, secret } = render(config);
    expect(main).toEqual({
      global: [
        'lock-path=/run/pgbackrest',
        'log-path=/var/log/pgbackrest',
        'spool-path=/var/spool/pgbackrest',
        'repo1-path=/repo1',
        'repo3-host=store',
        'repo3-cipher-type=aes-256-cbc',
        'compress-type=lz4',
      ],
      main: ['pg2-path=/pg', 'pg2-host=db1', 'pg4-path=/pg'],
      'main:backup': ['repo1-bundle=y'],
    });
    expect(secret).toEqual({ global: ['repo3-cipher-pass=(masked)'] });
  });

  it('puts into [global] what all stanzas of a file that was taken over share', () => {
    const base = configuration([
      stanza('one', [node(undefined)], [repository(1)]),
      stanza('two', [node('db2')], [repository(1, { bundle: true })]),
    ]);
    const { main } = render({ ...base, engine: { ...base.engine, defaults: 'own' } });
    expect(main['global']).toEqual(expect.arrayContaining(['repo1-path=/repo1', 'repo1-retention-full=2']));
    expect(main['one']).toEqual(['pg1-path=/pg']);
    expect(main['two']).toEqual(['repo1-bundle=y', 'pg1-path=/pg', 'pg1-host=db2']);
  });
});
