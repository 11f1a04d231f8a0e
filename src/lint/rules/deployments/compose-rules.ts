import type { YamlValue } from '../../facts.ts';
import type { LintRule } from '../../lint-rule.ts';
import { yamlAt, yamlEntry, yamlText } from '../../readers/yaml/yaml-path.ts';
import {
  composeFiles,
  composeMounts,
  composeServices,
  imageRepository,
  imageTag,
  mentionsEngine,
  type Container,
} from './containers.ts';

export const composeVersionKey: LintRule = {
  name: 'compose-version-key',
  severity: 'advice',
  title: 'the key version: of a Compose file means nothing any more',
  consequence: 'Docker Compose ignores it and prints a warning each time; it does not select anything.',
  correct: 'services:\n  db: …',
  reproduction:
    'Read in the specification; `docker compose` prints "the attribute `version` is obsolete, it will be ignored".',
  source: 'Compose Specification, "Version and name top-level elements"',
  *judge(project) {
    for (const file of composeFiles(project)) {
      const entry = yamlEntry(file, 'version');
      if (entry === undefined || yamlAt(file, 'services') === undefined) continue;
      if (!composeServices(file).some(mentionsEngine)) continue;
      yield {
        place: entry.key,
        problem: 'version: is obsolete and ignored',
        remedy: 'remove the line.',
      };
    }
  },
};

export const composeDockerSocket: LintRule = {
  name: 'compose-docker-socket',
  severity: 'warning',
  title: 'the Docker socket is mounted into a container that makes backups',
  consequence:
    'Whoever gets into that container is root on the host: through the socket any container with any mount can be started. ' +
    'Backups do not need it.',
  correct:
    'volumes:\n  - pgdata:/var/lib/postgresql/data:ro\n  - pgsocket:/var/run/postgresql\n  - repo:/var/lib/pgbackrest',
  reproduction:
    'Read, not run: no container can be started on the test machines. Docker’s documentation says that access to the socket is ' +
    'equivalent to root.',
  source: 'Docker, "Docker daemon attack surface"',
  *judge(project) {
    for (const service of composeFiles(project).flatMap(composeServices)) {
      if (!mentionsEngine(service) && !/backup|scheduler/i.test(service.name?.value ?? '')) continue;
      for (const mount of composeMounts(service.value)) {
        if (!mount.source.endsWith('docker.sock')) continue;
        yield {
          place: mount.target,
          problem: `docker.sock in ${service.name?.value ?? 'this service'} makes it root on the host`,
          remedy:
            'let the scheduler share the data directory, the socket of the server and the repository instead.',
        };
      }
    }
  },
};

export const composeVolumePath: LintRule = {
  name: 'compose-postgres18-volume',
  severity: 'critical',
  title: 'the volume of PostgreSQL 18 is mounted where the image no longer keeps its data',
  consequence:
    'From 18 on the official image has PGDATA=/var/lib/postgresql/18/docker and its volume at /var/lib/postgresql. With a ' +
    'volume at /var/lib/postgresql/data the entry point refuses to start; with PGDATA set elsewhere the data stays in the ' +
    'container and goes with it.',
  correct: 'image: postgres:18-bookworm\nvolumes:\n  - pgdata:/var/lib/postgresql',
  reproduction:
    'Read, not run: in docker-library/postgres, 18/bookworm/Dockerfile (`ENV PGDATA /var/lib/postgresql/18/docker`, `VOLUME ' +
    '/var/lib/postgresql`) and docker-entrypoint.sh.',
  source: 'docker-library/postgres pull request 1259; Docker Hub, postgres, "PGDATA"',
  *judge(project) {
    for (const service of composeFiles(project).flatMap(composeServices)) {
      const { image } = service;
      if (image === undefined || image.unknown || imageRepository(image.value) !== 'postgres') continue;
      const major = Number(/^(\d+)/.exec(imageTag(image.value) ?? '')?.[1] ?? 0);
      if (major < 18 || setsDataDirectory(service.value)) continue;
      for (const mount of composeMounts(service.value)) {
        if (!/^\/var\/lib\/postgresql\/data\/?$/.test(mount.target.value)) continue;
        yield {
          place: mount.target,
          problem: `postgres:${major} keeps its data in /var/lib/postgresql/${major}/docker, not in ${mount.target.value}`,
          remedy: 'mount the volume at /var/lib/postgresql, and set pg1-path accordingly.',
        };
      }
    }
  },
};

function setsDataDirectory(service: YamlValue): boolean {
  const { document, start, end } = service.place;
  return /\bPGDATA\b/.test(document.text.slice(start, end));
}

export const composeStopGracePeriod: LintRule = {
  name: 'compose-stop-grace-period',
  severity: 'advice',
  title: 'the database is killed before it could stop',
  consequence:
    'Docker sends SIGKILL after stop_grace_period, 10 s by default. A server that still writes its checkpoint, or archives its ' +
    'last segments, needs longer. The last WAL is then in no repository until the container starts again, which it may not do ' +
    'when it was stopped to be moved.',
  correct: 'stop_grace_period: 2m',
  reproduction: `PostgreSQL 15 with an archive_command that takes 20 s, stopped with \`pg_ctl -m fast stop\`, killed 10 s later:

\`\`\`
$ ls pg_wal/archive_status
000000010000000000000048.ready      (committed, but in no repository until somebody starts the server again)
000000010000000000000049.ready
\`\`\``,
  source: 'Compose Specification, stop_grace_period; PostgreSQL 15, 19.5 "Shutting Down the Server"',
  *judge(project) {
    for (const service of composeFiles(project).flatMap(composeServices)) {
      const isServer = composeMounts(service.value).some(({ target }) => isDataTarget(target.value));
      if (!isServer || !archives(service)) continue;
      const period = yamlText(yamlAt(service.value, 'stop_grace_period'));
      const seconds = period === undefined ? 10 : durationOf(period.value);
      if (period?.unknown === true || seconds === undefined || seconds >= 30) continue;
      const place = period ?? service.name;
      if (place === undefined) continue;
      yield {
        place,
        severity: period === undefined ? 'advice' : 'warning',
        problem: `PostgreSQL has ${seconds} s to stop, then it is killed`,
        remedy: 'set stop_grace_period: 2m for the database.',
      };
    }
  },
};

function isDataTarget(target: string): boolean {
  return /^\/(var\/lib\/postgresql(\/(data|\d+.*))?|pgdata|home\/postgres\/pgdata.*)\/?$/.test(target);
}

/** The server itself, which archives; not a sidecar that only reads its files. */
function archives(service: Container): boolean {
  return (
    service.command.includes('archive_command') || imageRepository(service.image?.value ?? '') === 'postgres'
  );
}

/** `1m30s` in seconds (Compose Specification, "Specifying durations"). */
function durationOf(text: string): number | undefined {
  const units: Readonly<Record<string, number>> = { us: 0, ms: 0.001, s: 1, m: 60, h: 3600 };
  if (!/^(\d+(us|ms|s|m|h))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)(us|ms|s|m|h)/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? 's'] ?? 1), 0);
}
