import { providerNames, type ProviderName } from '../../config/providers.ts';
import { Failure } from '../../model/failure.ts';
import type { ClusterPlace } from '../environment/integration.ts';
import type { DetectedCluster } from './detect-clusters.ts';
import { leavesTheHost, neededStoreKeys, type NewProtection, type NewRepository } from './new-protection.ts';

/** How a person is asked. */
export interface Interview {
  /** Shows a line. */
  readonly tell: (line: string) => void;
  /** Asks and gives the answer, trimmed; '' for the return key alone. */
  readonly ask: (question: string) => Promise<string>;
  /** The same without showing what is typed. */
  readonly askHidden: (question: string) => Promise<string>;
}

/** What the interview starts from. */
export interface InterviewFacts {
  readonly clusters: readonly DetectedCluster[];
  /** What a cluster needs besides its path, in the keys of `postgres`. */
  readonly placeOf: (cluster: DetectedCluster) => Promise<ClusterPlace>;
  /** Looks at a data directory that somebody typed; undefined when it is none. */
  readonly inspect: (path: string) => Promise<DetectedCluster | undefined>;
  readonly stanza: string | undefined;
  readonly newPassphrase: () => string;
}

const types = ['posix', 's3', 'azure', 'gcs', 'sftp'] as const;
const mostAttempts = 3;

/**
 * Asks what only a person can know: which cluster (where there are several), where the backups go, whether they are
 * encrypted, and how far back they must reach. Everything else has a default that the file shows.
 *
 * @throws Failure usage when a question gets no usable answer three times
 */
export async function askProtection(interview: Interview, facts: InterviewFacts): Promise<NewProtection> {
  const cluster = await chooseCluster(interview, facts);
  const repository = await askRepository(interview);
  const encrypt = await askYes(
    interview,
    leavesTheHost(repository.type)
      ? 'Encrypt the backups? Whoever can read the store could read the database otherwise.'
      : 'Encrypt the backups?',
    leavesTheHost(repository.type),
  );
  const days = await askUntil(
    interview,
    'For how many days must every moment be restorable? [14] ',
    (answer) => (answer === '' ? 14 : /^[1-9]\d{0,3}$/.test(answer) ? Number(answer) : undefined),
    'Type a number of days.',
  );
  return {
    stanza: facts.stanza ?? stanzaName(cluster),
    cluster: await facts.placeOf(cluster),
    repository,
    passphrase: encrypt ? facts.newPassphrase() : undefined,
    days,
  };
}

/** The name that Debian gives the cluster where it is one of a kind, else `main`. */
export function stanzaName(cluster: Pick<DetectedCluster, 'name'>): string {
  return cluster.name !== undefined && /^[A-Za-z0-9][\w.-]{0,63}$/.test(cluster.name) ? cluster.name : 'main';
}

/** A cluster in a line: version, place, port, and whether it runs. */
export function describeCluster({ major, path, port, running, standby }: DetectedCluster): string {
  const state = running ? `running on port ${port ?? 'unknown'}` : 'not running';
  return `PostgreSQL ${major ?? '(version unknown)'} in ${path}, ${state}${standby ? ', a standby' : ''}`;
}

async function chooseCluster(interview: Interview, facts: InterviewFacts): Promise<DetectedCluster> {
  const [only, second] = facts.clusters;
  if (only !== undefined && second === undefined) {
    interview.tell(describeCluster(only));
    return only;
  }
  if (only === undefined) {
    interview.tell('No PostgreSQL cluster was found on this host.');
    return askUntil(
      interview,
      'Its data directory: ',
      (answer) => (answer.startsWith('/') ? facts.inspect(answer) : undefined),
      'Type the absolute path of a data directory: it holds a file PG_VERSION. Run this as root where it is hidden.',
    );
  }
  for (const [index, cluster] of facts.clusters.entries())
    interview.tell(`  ${index + 1}  ${describeCluster(cluster)}`);
  return askUntil(
    interview,
    'Which cluster? [1] ',
    (answer) => facts.clusters[answer === '' ? 0 : Number(answer) - 1],
    `Type a number from 1 to ${facts.clusters.length}.`,
  );
}

async function askRepository(interview: Interview): Promise<NewRepository> {
  const answer = await askUntil(
    interview,
    'Where do the backups go? A directory, or s3, azure, gcs or sftp [/var/lib/pgbackrest] ',
    (text) => {
      if (text === '') return '/var/lib/pgbackrest';
      if (text.startsWith('/')) return text;
      return types.find((type) => type === text.toLowerCase());
    },
    'Type the absolute path of a directory, or one of the words.',
  );
  switch (answer) {
    case 's3':
      return askS3(interview);
    case 'azure':
      return {
        type: 'azure',
        account: await askText(interview, 'Storage account: '),
        container: await askText(interview, 'Container: '),
        path: '/pgbackrest',
        key: await askSecret(interview, 'Access key (not shown): '),
      };
    case 'gcs':
      return {
        type: 'gcs',
        bucket: await askText(interview, 'Bucket: '),
        path: '/pgbackrest',
        keyFile: await askPath(interview, 'Path of the service account key: '),
      };
    case 'sftp':
      return {
        type: 'sftp',
        server: await askText(interview, 'Host of the SFTP server: '),
        user: await askText(interview, 'User there: '),
        path: await askPath(interview, 'Directory there: '),
        privateKeyFile: await askPath(interview, 'Path of the private key: '),
      };
    case 'posix':
      return { type: 'posix', path: await askPath(interview, 'Directory: ') };
    default:
      return { type: 'posix', path: answer };
  }
}

async function askS3(interview: Interview): Promise<NewRepository> {
  const chosen = await askUntil(
    interview,
    `Who runs the store? ${providerNames.join(', ')} or other [aws] `,
    (text): ProviderName | 'other' | undefined =>
      text === ''
        ? 'aws'
        : text === 'other'
          ? text
          : providerNames.find((name) => name === text.toLowerCase()),
    'Type one of the names, or other.',
  );
  const provider = chosen === 'other' ? undefined : chosen;
  const bucket = await askText(interview, 'Bucket: ');
  const answers: { endpoint?: string; region?: string; account?: string } = {};
  for (const key of neededStoreKeys(provider)) answers[key] = await askText(interview, storeQuestions[key]);
  return {
    type: 's3',
    provider,
    bucket,
    path: '/pgbackrest',
    endpoint: answers.endpoint?.replace(/^https?:\/\//, '').replace(/\/+$/, ''),
    region: answers.region,
    account: answers.account,
    key: await askText(interview, 'Access key id: '),
    keySecret: await askSecret(interview, 'Secret of the access key (not shown): '),
  };
}

const storeQuestions = {
  endpoint: 'Endpoint (host of the store): ',
  region: 'Region: ',
  account: 'Account id: ',
} as const;

function askText(interview: Interview, question: string): Promise<string> {
  return askUntil(interview, question, usable, 'It is needed, on one line and without braces.');
}

function askPath(interview: Interview, question: string): Promise<string> {
  return askUntil(
    interview,
    question,
    (text) => (text.startsWith('/') ? usable(text) : undefined),
    'Type an absolute path.',
  );
}

async function askSecret(interview: Interview, question: string): Promise<string> {
  const hidden = { ...interview, ask: interview.askHidden };
  return askUntil(hidden, question, (text) => (text === '' ? undefined : text), 'It is needed.');
}

async function askYes(interview: Interview, question: string, otherwise: boolean): Promise<boolean> {
  return askUntil(
    interview,
    `${question} [${otherwise ? 'Y/n' : 'y/N'}] `,
    (answer) =>
      answer === '' ? otherwise : /^y(es)?$/i.test(answer) ? true : /^no?$/i.test(answer) ? false : undefined,
    'Type yes or no.',
  );
}

function usable(text: string): string | undefined {
  return text === '' || /[{}\p{Cc}]/u.test(text) ? undefined : text;
}

async function askUntil<Answer>(
  interview: Interview,
  question: string,
  read: (answer: string) => Answer | undefined | Promise<Answer | undefined>,
  complaint: string,
): Promise<Answer> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const answer = await read(await interview.ask(question));
    if (answer !== undefined) return answer;
    interview.tell(complaint);
  }
  throw new Failure('usage', {
    operation: 'ask for a new configuration',
    problem: `no usable answer to: ${question.trim()}`,
    hint: 'Run it again, or give everything as options: `holdfast init --help`. Nothing was written.',
  });
}
