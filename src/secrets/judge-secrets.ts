import type { Finding } from '../model/finding.ts';
import { describeSecret } from '../model/secret.ts';
import type { ObservedSecret, ObservedSecretFile, SecretObservations } from './secret-observations.ts';

/** What is wrong with the secrets of a configuration. Pure. */
export function judgeSecrets({ secrets, environmentFile }: SecretObservations): readonly Finding[] {
  return [
    ...(environmentFile === undefined ? [] : judgeFile(environmentFile)),
    ...secrets.flatMap(judgeSecret),
    ...judgeReuse(secrets),
  ];
}

function judgeSecret(secret: ObservedSecret): readonly Finding[] {
  const { use, problem } = secret;
  const subject = use.key;
  if (problem !== undefined) {
    return [
      {
        rule: 'secret-unavailable',
        severity: 'critical',
        subject,
        problem: 'cannot be looked up',
        evidence: `${describeSecret(use.reference)}: ${problem}.`,
        remedy:
          use.reference.kind === 'environment'
            ? 'Set the variable, or write it into the file .env beside holdfast.yaml, readable for the user that runs Holdfast.'
            : 'Put the secret where the file says, readable for the user that runs Holdfast.',
      },
    ];
  }
  return [
    ...(secret.file === undefined ? [] : judgeFile(secret.file)),
    ...judgeLiteral(secret),
    ...judgeStrength(secret),
    ...judgeProof(secret),
  ];
}

function judgeFile(file: ObservedSecretFile): readonly Finding[] {
  const found: Finding[] = [];
  const subject = `file ${file.path}`;
  if (file.mode !== undefined && (file.mode & 0o077) !== 0) {
    const others = (file.mode & 0o007) !== 0;
    found.push({
      rule: 'secret-readable-by-others',
      severity: others ? 'critical' : 'warning',
      subject,
      problem: others ? 'everybody on this host may read or change it' : 'its group may read or change it',
      evidence: `Its mode is ${file.mode.toString(8).padStart(4, '0')}.`,
      remedy: `Run: chmod 0600 ${file.path}. Where it was readable for long, replace the secret.`,
    });
  }
  if (!file.ownerFits) {
    found.push({
      rule: 'secret-owned-by-other',
      severity: 'warning',
      subject,
      problem: 'it belongs neither to root nor to the user that runs pgBackRest',
      evidence: `Its owner is ${file.owner ?? 'unknown'}.`,
      remedy: `Run: chown with the right user on ${file.path}.`,
    });
  }
  if (file.openDirectory !== undefined) {
    found.push({
      rule: 'secret-replaceable',
      severity: 'warning',
      subject,
      problem: 'others may put another file in its place',
      evidence: `The directory ${file.openDirectory} may be written by others.`,
      remedy: `Run: chmod go-w ${file.openDirectory}.`,
    });
  }
  return found;
}

function judgeLiteral({ use }: ObservedSecret): readonly Finding[] {
  if (use.reference.kind !== 'literal' || use.kind === 'identifier') return [];
  return [
    {
      rule: 'literal-secret',
      severity: 'warning',
      subject: use.key,
      problem: 'the secret stands in holdfast.yaml itself',
      evidence: 'It is no reference.',
      remedy: 'Move it into .env or into a file of mode 0600, and write ${NAME} or file:/path.',
    },
  ];
}

function judgeStrength({ use, strength }: ObservedSecret): readonly Finding[] {
  if (strength === undefined || strength.grade === 'strong') return [];
  const words = {
    known: 'it stands in documents, so it is tried first',
    weak: 'it can be found by trying',
    short: 'it is weaker than the cipher',
  };
  return [
    {
      rule: 'weak-passphrase',
      severity: strength.grade === 'short' ? 'warning' : 'critical',
      subject: use.key,
      problem: words[strength.grade],
      evidence: `It holds about ${strength.bits} bits; pgBackRest makes the key of it with one round of a hash, so 128 are wanted.`,
      remedy:
        'A passphrase cannot be changed: `holdfast secrets rotate-plan` says how to move to a repository with another.',
    },
  ];
}

function judgeProof({ use, proof }: ObservedSecret): readonly Finding[] {
  if (proof === undefined || proof.result === 'proven') return [];
  const refuted = proof.result === 'refuted';
  return [
    {
      rule: refuted ? 'passphrase-does-not-open' : 'passphrase-unproven',
      severity: refuted ? 'critical' : 'warning',
      subject: use.key,
      problem: refuted
        ? 'it does not open the repository'
        : 'it is not known whether it opens the repository',
      evidence: proof.evidence,
      remedy: refuted
        ? 'Find the passphrase that the repository was made with; compare fingerprints. Without it nothing there can be restored.'
        : 'Run it again as root or as the user of pgBackRest, when the repository can be reached and has its stanza.',
    },
  ];
}

/** One passphrase for several repositories: whoever gets one of them opened has them all. */
function judgeReuse(secrets: readonly ObservedSecret[]): readonly Finding[] {
  const byFingerprint = Map.groupBy(
    secrets.filter(({ fingerprint }) => fingerprint !== undefined),
    ({ fingerprint }) => fingerprint,
  );
  return [...byFingerprint.values()].flatMap((same) => {
    const [first, second] = same;
    if (first === undefined || second === undefined) return [];
    return [
      {
        rule: 'passphrase-reused',
        severity: 'advice' as const,
        subject: first.use.key,
        problem: 'the same passphrase opens several repositories',
        evidence: `${same.map(({ use }) => use.key).join(', ')} have the fingerprint ${first.fingerprint ?? ''}.`,
        remedy: 'Give a new repository a passphrase of its own.',
      },
    ];
  });
}
