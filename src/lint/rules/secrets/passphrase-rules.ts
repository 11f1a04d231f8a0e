import { judgePassphrase } from '../../../secrets/passphrase-strength.ts';
import type { EngineSetting } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { isPlaceholderSecret, publishedIn, secretValues, type SecretValue } from './secret-values.ts';

export const passphrasePublic: LintRule = {
  name: 'secret-published-default',
  severity: 'critical',
  title: 'a secret is the one from a manual',
  consequence:
    'It is the first that is tried. A repository that is encrypted with it is not protected, and keeps this passphrase for ever: ' +
    'changing it later means a new repository.',
  correct: 'repo1-cipher-pass=<the output of: openssl rand -base64 48>',
  reproduction:
    'The strings were found in the manuals that are named in each finding; they were not tried on anybody’s bucket.',
  source: 'pgBackRest, User Guide, "Configure Repository Encryption"; Pigsty, PARAM pgbackrest_repo',
  *judge(project) {
    for (const { name, value } of secretValues(project)) {
      const where = publishedIn(value.value);
      if (where === undefined || (value.value === 'minioadmin' && !/s3|minio/i.test(name))) continue;
      yield {
        place: value,
        problem: `${name} is the one in ${where}`,
        remedy:
          'generate one: `openssl rand -base64 48`. For a repository in use that means a new repository.',
        secret: true,
      };
    }
  },
};

export const passphraseWeak: LintRule = {
  name: 'passphrase-weak',
  severity: 'warning',
  title: 'a cipher passphrase can be guessed',
  consequence:
    'pgbackrest makes the key of it with one round of a hash, so that a guess costs next to nothing: a word with a number is ' +
    'found in seconds by whoever has a copy of the repository. The engine takes any passphrase.',
  correct: 'repo1-cipher-pass=<the output of: openssl rand -base64 48>',
  reproduction: `pgBackRest 2.45 and 2.60:

\`\`\`
$ cat pgbackrest.conf
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=x
$ pgbackrest --stanza=main stanza-create; echo $?
0
\`\`\``,
  source: 'pgBackRest, src/common/crypto/cipherBlock.c: EVP_BytesToKey with one iteration',
  *judge(project) {
    for (const secret of secretValues(project)) {
      const { name, value } = secret;
      if (!isPassphrase(secret) || publishedIn(value.value) !== undefined) continue;
      const strength = judgePassphrase(value.value);
      const isDocument = value.document.root.kind === 'markdown';
      // In a document words stand for the passphrase that the reader is to make; in a file they are the passphrase.
      if (
        isDocument
          ? isPlaceholderSecret(value.value)
          : /your|example|todo|insert|_here$|-here$|<|\.\.\./i.test(value.value)
      )
        continue;
      if (strength.grade !== 'weak' && strength.grade !== 'known') continue;
      yield {
        place: value,
        problem: `${name} can be guessed: about ${strength.bits} bits`,
        remedy:
          'generate one: `openssl rand -base64 48`, and keep a copy outside: without it no backup can be read.',
        secret: true,
      };
    }
  },
};

export const passphraseShared: LintRule = {
  name: 'passphrase-shared',
  severity: 'advice',
  title: 'two repositories have the same passphrase',
  consequence:
    'Whoever gets the passphrase of one has both, and the second repository, which is there for when the first is lost, is lost ' +
    'with it.',
  correct: 'repo1-cipher-pass=<one>\nrepo2-cipher-pass=<another>',
  reproduction: 'Nothing fails: pgBackRest 2.45 and 2.60 take the same passphrase for repo1 and repo2.',
  source: 'pgBackRest, Configuration Reference, repo-cipher-pass',
  *judge(project) {
    for (const [first, second] of repeatedPassphrases(project)) {
      yield {
        place: second.value,
        problem: `${second.name.value} is the same as ${first.name.value}`,
        remedy: 'use a passphrase of its own for each repository that is still empty.',
        secret: true,
      };
    }
  },
};

function* repeatedPassphrases(project: LintProject): Generator<readonly [EngineSetting, EngineSetting]> {
  for (const file of project.engineFiles) {
    const seen = new Map<string, EngineSetting>();
    for (const setting of file.settings) {
      if (!/^repo\d*-cipher-pass$/.test(setting.name.value) || setting.value.unknown) continue;
      const first = seen.get(setting.value.value);
      if (first !== undefined && first.name.value !== setting.name.value && first.section === setting.section)
        yield [first, setting];
      else seen.set(setting.value.value, setting);
    }
  }
}

function isPassphrase({ name, kind }: SecretValue): boolean {
  return kind !== 'key' ? /cipher[-_]pass$/i.test(name) : /pgbackrest_cipher_pass$|^cipher_pass$/.test(name);
}
