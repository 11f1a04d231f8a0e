import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import {
  secretCommitted,
  secretInManifest,
  secretPublished,
  secretReadableByAll,
} from './exposed-secrets.ts';
import { passphrasePublic, passphraseShared, passphraseWeak } from './passphrase-rules.ts';
import { secretRules } from './secret-rules.ts';
import { looksGenerated } from './secret-values.ts';

// Made up for these tests.
const real = 'q7Rk0vXn4TzLw2HsYb9JcE5mGd8PfU1a';
const conf = (pass: string) => ({ 'pgbackrest.conf': `[global]\nrepo1-cipher-pass=${pass}\n` });
const readable = { mode: 0o100644, committed: false };
const closed = { mode: 0o100640, committed: false };
const committed = { mode: 0o100600, committed: true };

describe('rules about secrets', () => {
  it.each(secretRules.rules.map((rule) => [rule.name, rule] as const))(
    '%s says nothing of placeholders',
    (_, rule) => {
      const files = {
        'README.md':
          '```bash\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=your-secret-key\nPOSTGRES_PASSWORD=secure_password_here\nPGBACKREST_REPO1_CIPHER_PASS=<strong-password>\n```\n',
        'pgbackrest.conf': '[global]\nrepo1-s3-key-secret={{ vault_secret }}\nrepo1-cipher-pass=${CIPHER}\n',
        'compose.yaml':
          'services:\n  b:\n    build: .\n    environment:\n      PGBACKREST_REPO1_S3_KEY_SECRET: ${SECRET}\n      POSTGRES_PASSWORD_FILE: /run/secrets/p\n',
      };
      expect(judgeRule(rule, files, { facts: { mode: 0o100644, committed: true } })).toEqual([]);
    },
  );

  it.each<[string, LintRule, Record<string, string>, object, string[]]>([
    [
      'a passphrase for the operator',
      secretInManifest,
      {
        'k.yaml': `apiVersion: postgres-operator.crunchydata.com/v1beta1\nkind: PostgresCluster\nmetadata: { name: h }\nspec:\n  backups:\n    pgbackrest:\n      global:\n        repo1-cipher-pass: ${real}\n`,
      },
      closed,
      [`8: ${real}`],
    ],
    [
      'what a manual shows',
      secretCommitted,
      { '.env': 'S3_ACCESS_KEY=acme-backups\nS3_SECRET_KEY=minioadmin\nPASS=0\n' },
      committed,
      [],
    ],
    [
      'an option in a playbook, read twice',
      secretCommitted,
      { 'pigsty.yml': `all:\n  vars:\n    pgbackrest_repo:\n      s3: { type: s3, cipher_pass: ${real} }\n` },
      committed,
      [`4: ${real}`],
    ],
    [
      'words in a document',
      secretPublished,
      {
        'README.md':
          '```yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: securepassword123\n```\n',
      },
      closed,
      [],
    ],
    ['a passphrase that everybody can read', secretReadableByAll, conf(real), readable, [`2: ${real}`]],
    ['a passphrase that the group can read', secretReadableByAll, conf(real), closed, []],
    [
      'a secret that is committed',
      secretCommitted,
      { '.env': `S3_SECRET_KEY=${real}\n` },
      committed,
      [`1: ${real}`],
    ],
    ['a secret that is not committed', secretCommitted, { '.env': `S3_SECRET_KEY=${real}\n` }, closed, []],
    [
      'an example that is committed',
      secretCommitted,
      { '.env.example': 'S3_SECRET_KEY=abc123\n' },
      committed,
      [],
    ],
    [
      'a vault in the clear',
      secretCommitted,
      { 'group_vars/all.yml': `pgbackrest_repo: s3\nvault_pgbackrest_cipher_pass: "${real}"\n` },
      committed,
      [`2: ${real}`],
    ],
    [
      'keys in a document',
      secretPublished,
      {
        'README.md': `\`\`\`ini\n[global]\nrepo1-s3-key=AKIAZQ3DRSTUVWXY2345\nrepo1-s3-key-secret=${real}\n\`\`\`\n`,
      },
      closed,
      ['3: AKIAZQ3DRSTUVWXY2345', `4: ${real}`],
    ],
    [
      'a secret in the environment of a container',
      secretInManifest,
      {
        'compose.yaml': `services:\n  b:\n    build: .\n    environment:\n      PGBACKREST_REPO1_CIPHER_PASS: ${real}\n`,
      },
      closed,
      [`5: ${real}`],
    ],
    [
      'a passphrase in a ConfigMap',
      secretInManifest,
      {
        'k.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata:\n  pgbackrest.conf: |\n    [global]\n    repo1-cipher-pass=${real}\n`,
      },
      closed,
      [`7: ${real}`],
    ],
    [
      'a passphrase in a Secret',
      secretInManifest,
      {
        'k.yaml': `apiVersion: v1\nkind: Secret\nmetadata: { name: c }\nstringData:\n  pgbackrest.conf: |\n    [global]\n    repo1-cipher-pass=${real}\n`,
      },
      closed,
      [],
    ],
    ['the passphrase of the manual', passphrasePublic, conf('pgBackRest'), closed, ['2: pgBackRest']],
    ['a passphrase of their own', passphrasePublic, conf(real), closed, []],
    ['a passphrase that can be guessed', passphraseWeak, conf('changeme'), closed, ['2: changeme']],
    ['a passphrase that cannot', passphraseWeak, conf(`${real}${real.toLowerCase()}`), closed, []],
    [
      'one passphrase for two repositories',
      passphraseShared,
      { 'pgbackrest.conf': `[global]\nrepo1-cipher-pass=${real}\nrepo2-cipher-pass=${real}\n` },
      closed,
      [`3: ${real}`],
    ],
    [
      'two passphrases',
      passphraseShared,
      { 'pgbackrest.conf': `[global]\nrepo1-cipher-pass=${real}\nrepo2-cipher-pass=x${real}\n` },
      closed,
      [],
    ],
  ])('%s', (_, rule, files, facts, expected) => {
    expect(judgeRule(rule, files, { facts: facts as typeof closed })).toEqual(expected);
  });

  it('never takes words for a generated secret', () => {
    const word = fc.stringMatching(/^[a-z]{2,9}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('-', '_', ' '),
        (words, between) => {
          expect(looksGenerated(words.join(between))).toBe(false);
        },
      ),
    );
  });

  it('takes what a generator makes for a secret', () => {
    const bytes = fc.uint8Array({ minLength: 48, maxLength: 48 });
    fc.assert(
      fc.property(bytes, (value) => {
        // Bytes that are all alike are no sample of a generator.
        fc.pre(new Set(value).size > 30);
        const text = Buffer.from(value).toString('base64');
        fc.pre(!/x{3}|(.)\1{5}|todo|dummy|your/i.test(text));
        expect(looksGenerated(text)).toBe(true);
      }),
    );
  });
});
