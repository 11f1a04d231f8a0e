import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfiguration } from '../config/load.ts';
import { parseYaml } from '../config/parse.ts';
import type { Draft, DraftMapping } from './draft.ts';
import { writeDraft } from './write-draft.ts';

const file: DraftMapping = {
  stanzas: {
    main: {
      postgres: { path: '/var/lib/postgresql/15/main', port: 5432, user: undefined },
      repositories: {
        local: { type: 'posix', path: '/var/lib/pgbackrest', retention: { full: 2 } },
        offsite: {
          type: 's3',
          provider: 'backblaze',
          bucket: 'acme-backups',
          region: 'us-west-004',
          key: '${B2_KEY_ID}',
          keySecret: 'file:/run/secrets/b2',
          encryption: { passphrase: '${CIPHER}' },
          retention: { full: '14d' },
        },
      },
      schedule: { full: '0 2 * * 0', check: ['5 * * * *', '*/7 1 * * *'] },
    },
  },
};

function draftOf(parts: Partial<Draft>): Draft {
  return { file, header: [], comments: [], notes: [], ...parts };
}

test('the text reads well and has no problem that is an error', () => {
  const text = writeDraft(
    draftOf({
      header: ['Made from /etc/pgbackrest.conf.', '', 'See docs/adopt.md.'],
      comments: [
        { path: ['stanzas', 'main', 'schedule', 'full'], text: 'from the crontab of postgres' },
        { path: ['stanzas', 'main', 'repositories', 'offsite'], text: 'repo2\nfilled every night' },
      ],
    }),
  );
  expect(text).toMatchInlineSnapshot(`
    "# Made from /etc/pgbackrest.conf.
    #
    # See docs/adopt.md.

    stanzas:
      main:
        postgres: { path: /var/lib/postgresql/15/main, port: 5432 }
        repositories:
          local: { type: posix, path: /var/lib/pgbackrest, retention: { full: 2 } }
          # repo2
          # filled every night
          offsite:
            type: s3
            provider: backblaze
            bucket: acme-backups
            region: us-west-004
            key: \${B2_KEY_ID}
            keySecret: file:/run/secrets/b2
            encryption:
              passphrase: \${CIPHER}
            retention: { full: 14d }
        schedule:
          # from the crontab of postgres
          full: "0 2 * * 0"
          check: [ "5 * * * *", "*/7 1 * * *" ]
    "
  `);
  const { configuration, problems } = parseConfiguration(text, '/etc/holdfast.yaml');
  expect(problems.filter((problem) => problem.severity === 'error')).toEqual([]);
  expect(configuration?.stanzas[0]?.repositories[1]?.encryption?.passphrase).toEqual({
    kind: 'environment',
    name: 'CIPHER',
  });
});

test('every text that a file can hold is read back as it was', () => {
  const line = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
  fc.assert(
    fc.property(
      fc.dictionary(line, fc.oneof(line, fc.array(line), fc.integer(), fc.boolean())),
      (options) => {
        const given = Object.fromEntries(
          // The reader refuses these keys; no draft has them.
          Object.entries(options).filter(([key]) => !['<<', '__proto__', ''].includes(key)),
        );
        const { tree, problems } = parseYaml(writeDraft(draftOf({ file: { options: given } })), 'x');
        expect(problems).toEqual([]);
        expect(tree?.valueAt(['options'])).toEqual(given);
      },
    ),
    { numRuns: 300 },
  );
});
