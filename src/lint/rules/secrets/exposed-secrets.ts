import type { RuleFinding } from '../../lint-finding.ts';
import type { LintDocument, PlacedText } from '../../lint-document.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { yamlAt, yamlEntries, yamlText } from '../../readers/yaml/yaml-path.ts';
import { manifests } from '../deployments/containers.ts';
import {
  isPlaceholderSecret,
  looksGenerated,
  publishedIn,
  secretValues,
  type SecretValue,
} from './secret-values.ts';

const lost =
  'With the keys of the bucket somebody else can read and delete every backup, with the passphrase read them. A secret that was ' +
  'published cannot be taken back, only replaced, and a repository keeps its passphrase for ever.';

export const secretCommitted: LintRule = {
  name: 'secret-committed',
  severity: 'critical',
  title: 'a secret is in a file under version control',
  consequence: `${lost} It stays in the history when the line is removed.`,
  correct: '# .gitignore\n.env\n# and in the repository only .env.example, with empty values',
  reproduction: `\`\`\`
$ git rm -q --cached .env && echo .env >.gitignore && git commit -qam 'ignore .env'
$ git log -p --format=%h -- .env | grep CIPHER
-PGBACKREST_REPO1_CIPHER_PASS=not-a-real-one
+PGBACKREST_REPO1_CIPHER_PASS=not-a-real-one
\`\`\``,
  source: 'Git, gitignore(5): files that are already tracked are not affected',
  *judge(project) {
    for (const secret of secretValues(project)) {
      if (project.fileFacts(secret.value.document.root)?.committed !== true || !isWritten(secret)) continue;
      yield hidden(secret.value, `${secret.name} is in a file that is under version control`, {
        remedy:
          'replace the secret, take the file out of version control, and read it from a file of mode 0600.',
      });
    }
  },
};

export const secretReadableByAll: LintRule = {
  name: 'secret-readable-by-all',
  severity: 'critical',
  title: 'a secret is in a file that every user of the machine can read',
  consequence: lost,
  correct:
    'chown postgres:postgres /etc/pgbackrest/pgbackrest.conf\nchmod 0640 /etc/pgbackrest/pgbackrest.conf',
  reproduction: `pgBackRest 2.45 and 2.60 read a configuration of any mode and say nothing:

\`\`\`
$ chmod 0644 pgbackrest.conf; pgbackrest --stanza=main info; echo $?
0
$ sudo -u nobody grep cipher-pass pgbackrest.conf
repo1-cipher-pass=…
\`\`\``,
  source:
    'pgBackRest, User Guide, "Configure Repository Encryption": the file must only be readable by the right users',
  *judge(project) {
    for (const secret of secretValues(project)) {
      const facts = project.fileFacts(secret.value.document.root);
      if (facts === undefined || (facts.mode & 0o004) === 0 || facts.committed || !isWritten(secret))
        continue;
      yield hidden(
        secret.value,
        `${secret.name} is in a file of mode ${octal(facts.mode)}, which everybody can read`,
        {
          remedy: 'set the mode to 0640 with the group of the database, or 0600, and replace the secret.',
        },
      );
    }
  },
};

export const secretPublished: LintRule = {
  name: 'secret-in-document',
  severity: 'critical',
  title: 'a document holds what looks like a real secret',
  consequence: `${lost} Documents are copied, mailed and published.`,
  correct: 'repo1-s3-key-secret=<application key>',
  reproduction:
    'An access key of AWS begins with AKIA, an application key of Backblaze with K00; both are found by programs that do ' +
    'nothing else, within minutes of being published.',
  source: 'AWS, IAM identifiers, "Unique identifiers"; Backblaze B2, Application Keys',
  *judge(project) {
    const seen = new Set<LintDocument>();
    for (const { document } of project.documents) {
      if (seen.has(document.root)) continue;
      seen.add(document.root);
      yield* providerKeys(document.root);
    }
    for (const { name, value } of secretValues(project)) {
      if (!isDocumentation(value.document.root) || !looksGenerated(value.value)) continue;
      if (publishedIn(value.value) !== undefined) continue;
      if (providerKey.test(value.value)) continue;
      yield hidden(value, `${name} looks like a real secret`, {
        remedy: 'write a placeholder in angle brackets, and replace the secret wherever it is in use.',
      });
    }
  },
};

const providerKey =
  /(?<![A-Za-z0-9/+])(?:(?:AKIA|ASIA)[0-9A-Z]{16}|K00\d[A-Za-z0-9+/]{27})(?![A-Za-z0-9/+=])/;

function* providerKeys(document: LintDocument): Generator<RuleFinding> {
  for (const found of document.text.matchAll(new RegExp(providerKey.source, 'g'))) {
    if (/EXAMPLE/.test(found[0])) continue;
    const place = { document, start: found.index, end: found.index + found[0].length };
    const whose = found[0].startsWith('K00') ? 'Backblaze' : 'AWS';
    yield hidden({ ...place, value: found[0], unknown: false }, `this looks like a key of ${whose}`, {
      remedy: 'revoke it at the provider, and write a placeholder here.',
    });
  }
}

export const secretInManifest: LintRule = {
  name: 'secret-in-manifest',
  severity: 'warning',
  title: 'a secret is written out in a Compose file or a manifest',
  consequence:
    'The file is kept in version control and is shown by `kubectl get -o yaml`, `docker inspect` and every tool that lists ' +
    'containers; the environment of a process goes to each program that it starts.',
  correct:
    'env:\n  - name: PGBACKREST_REPO1_S3_KEY_SECRET\n    valueFrom: { secretKeyRef: { name: pgbackrest, key: s3-key-secret } }',
  reproduction: `\`\`\`
$ docker inspect --format '{{.Config.Env}}' backup
[PGBACKREST_REPO1_CIPHER_PASS=… PATH=…]
\`\`\`

Not run here (no containers); \`docker inspect\` shows Config.Env by its documentation.`,
  source: 'Kubernetes, Secrets, "Good practices"; Compose Specification, secrets',
  *judge(project) {
    for (const secret of secretValues(project)) {
      const inContainer = ['compose', 'kubernetes', 'operator'].includes(secret.via ?? '');
      const isCommitted = project.fileFacts(secret.value.document.root)?.committed === true;
      if (!inContainer || isCommitted || !isWritten(secret)) continue;
      yield hidden(
        secret.value,
        secret.via === 'operator'
          ? `${secret.name} is written out in the specification of a cluster`
          : `${secret.name} is written out in the environment of a container`,
        {
          remedy: 'take it from a Secret, an env file of mode 0600, or mount it as a file in conf.d.',
        },
      );
    }
    yield* configMapSecrets(project);
  },
};

/** A pgbackrest.conf with its passphrase in a ConfigMap, which everybody in the namespace can read. */
function* configMapSecrets(project: LintProject): Generator<RuleFinding> {
  const maps = manifests(project).filter((object) => yamlText(yamlAt(object, 'kind'))?.value === 'ConfigMap');
  const ranges = maps.flatMap((object) =>
    yamlEntries(yamlAt(object, 'data')).map(({ value: { place } }) => ({
      root: place.document.root,
      start: place.document.fileOffset(place.start),
      end: place.document.fileOffset(place.end),
    })),
  );
  for (const secret of secretValues(project)) {
    if (secret.kind !== 'option' || !isWritten(secret)) continue;
    const { document, start } = secret.value;
    const at = document.fileOffset(start);
    if (!ranges.some((range) => range.root === document.root && range.start <= at && at < range.end))
      continue;
    yield hidden(secret.value, `${secret.name} is in a ConfigMap`, {
      remedy: 'put the line into a file of a Secret and mount that in /etc/pgbackrest/conf.d.',
    });
  }
}

/**
 * In documents and examples only what looks generated is a secret; elsewhere everything but placeholders. What a manual
 * shows has a rule of its own.
 */
function isWritten({ value }: SecretValue): boolean {
  if (publishedIn(value.value) !== undefined) return false;
  return isDocumentation(value.document.root)
    ? looksGenerated(value.value)
    : !isPlaceholderSecret(value.value);
}

function isDocumentation({ kind, file }: LintDocument): boolean {
  return kind === 'markdown' || /example|sample|template|\.dist$|\.j2$/i.test(file.split('/').at(-1) ?? '');
}

function octal(mode: number): string {
  return `0${(mode & 0o777).toString(8)}`;
}

function hidden(value: PlacedText, problem: string, rest: { readonly remedy: string }): RuleFinding {
  return { place: value, problem, secret: true, ...rest };
}
