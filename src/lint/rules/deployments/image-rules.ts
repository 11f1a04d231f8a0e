import type { Invocation } from '../../facts.ts';
import type { Place } from '../../lint-document.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import {
  composeMounts,
  containersOf,
  imageRepository,
  imageTag,
  isPlainPostgres,
  mentionsEngine,
} from './containers.ts';

export const imageWithoutEngine: LintRule = {
  name: 'image-without-pgbackrest',
  severity: 'critical',
  title: 'a container calls pgbackrest, but its image does not have it',
  consequence:
    'archive_command runs inside the database’s container. The official postgres image does not have pgbackrest, so every ' +
    'segment fails with exit code 127, pg_wal grows until the volume is full, and the server stops.',
  correct: `services:
  db:
    build: ./postgres   # FROM postgres:17-bookworm + apt-get install pgbackrest=2.58.0-1.pgdg12+1`,
  reproduction: `PostgreSQL 15 without pgbackrest in its PATH; the server's log:

\`\`\`
sh: 1: pgbackrest: not found
FATAL:  archive command failed with exit code 127
DETAIL:  The failed archive command was: pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
\`\`\``,
  source: 'docker-library/postgres, Dockerfile; pgbackrest/pgbackrest issue 1883 (no official image)',
  *judge(project) {
    for (const container of containersOf(project)) {
      const { image } = container;
      if (image === undefined || image.unknown || container.builds || !isPlainPostgres(image)) continue;
      if (!/(^|[\s/'"=])pgbackrest\s/.test(container.command) || bringsEngine(container)) continue;
      yield {
        place: image,
        problem: `${image.value} has no pgbackrest, but the container calls it`,
        remedy:
          'build an image from it that installs pgbackrest at a pinned version, the same in all containers.',
      };
    }
  },
};

/** Installed when it starts, or mounted from elsewhere. */
function bringsEngine(container: ReturnType<typeof containersOf>[number]): boolean {
  return (
    /\b(apt-get|apt|apk|dnf|yum)\b.*install|apk add/.test(container.command) ||
    composeMounts(container.value).some((mount) => /bin(\/pgbackrest)?$/.test(mount.target.value))
  );
}

export const imageNotPinned: LintRule = {
  name: 'image-not-pinned',
  severity: 'warning',
  title: 'an image of the database or of pgbackrest has no fixed version',
  consequence:
    'The next pull may bring another major version of PostgreSQL, which does not start on the old data directory, or another ' +
    'pgbackrest than in the other containers: hosts that talk its protocol must have the same version, else [039].',
  correct: 'image: registry.example/postgres-pgbackrest:17.7-2.58.0',
  reproduction: `pgBackRest 2.45 on one side of the protocol, 2.60 on the other:

\`\`\`
$ pgbackrest --stanza=main check
WARN: unable to check pg1: [ProtocolError] expected value '2.45' for greeting key 'version' but got '2.60.0'
      HINT: is the same version of pgBackRest installed on the local and remote host?
\`\`\``,
  source: 'pgBackRest, src/protocol/client.c; Docker, docker image pull: the default tag is latest',
  *judge(project) {
    for (const { place, image } of imagesOf(project)) {
      const tag = imageTag(image);
      if (image.includes('@sha256:') || (tag !== undefined && tag !== 'latest')) continue;
      if (isLocalName(image) || isUnofficial(image)) continue;
      yield {
        place,
        problem:
          tag === undefined ? `${image} has no tag, which means latest` : `${image} is whatever is newest`,
        remedy: 'name a version, or better a digest.',
      };
    }
  },
};

/** Images of Docker's own on which people build what makes backups; the only ones without a slash in a registry. */
const official = new Set([
  'postgres',
  'alpine',
  'debian',
  'ubuntu',
  'fedora',
  'rockylinux',
  'almalinux',
  'busybox',
  'python',
]);

/** Without a registry or an owner in it, and not one of Docker's own: an image that was built on this machine. */
function isLocalName(image: string): boolean {
  return !image.includes('/') && !official.has(imageRepository(image));
}

function isUnofficial(image: string): boolean {
  return imageRepository(image) === 'pgbackrest/pgbackrest';
}

export const imageUnofficial: LintRule = {
  name: 'image-pgbackrest-unofficial',
  severity: 'warning',
  title: 'pgbackrest/pgbackrest is not an image of the pgBackRest project',
  consequence:
    'The maintainers publish no image. The pull fails, or brings what a stranger put there under that name, which then sees ' +
    'the whole database and the keys of the repository.',
  correct:
    'build: ./pgbackrest   # FROM debian:12 + apt-get install pgbackrest, or the image of the database with it',
  reproduction:
    'Read, not run: no registry can be reached from the test machines. The maintainers’ answer is in the issue.',
  source: 'pgbackrest/pgbackrest issue 1883',
  *judge(project) {
    for (const { place, image } of imagesOf(project)) {
      if (!isUnofficial(image)) continue;
      yield {
        place,
        problem: `${image} is no image of the pgBackRest project`,
        remedy: 'build an image of your own from the distribution’s or PGDG’s package.',
      };
    }
  },
};

export const engineInstalledAtStart: LintRule = {
  name: 'engine-installed-at-start',
  severity: 'warning',
  title: 'a container installs pgbackrest each time it starts',
  consequence:
    'Each start takes the version that the distribution has that day, which may not be the one on the other side ([039]), and ' +
    'without a way to the registry of packages there are no backups, just when something is already broken.',
  correct: 'build: ./pgbackrest   # installs it at a pinned version, once',
  reproduction: `pgBackRest 2.45 on one side of the protocol, 2.60 on the other:

\`\`\`
$ pgbackrest --stanza=main check
WARN: unable to check pg1: [ProtocolError] expected value '2.45' for greeting key 'version' but got '2.60.0'
\`\`\``,
  source: 'pgBackRest, src/protocol/client.c',
  *judge(project) {
    for (const { command, image, name } of containersOf(project)) {
      const place = image ?? name;
      const installs =
        /\b(apk add|(apt-get|apt|dnf|yum|microdnf) (-\w+ )*install)\b[^;&|]*\bpgbackrest\b/.test(command);
      if (!installs || place === undefined) continue;
      yield {
        place,
        problem: 'pgbackrest is installed when the container starts',
        remedy: 'build an image that has it.',
      };
    }
  },
};

interface UsedImage {
  readonly place: Place;
  readonly image: string;
}

/** Images that have to do with backups: of containers, and of `docker run`. */
function imagesOf(project: LintProject): readonly UsedImage[] {
  const named = containersOf(project).flatMap((container): UsedImage[] => {
    const { image } = container;
    if (image === undefined || image.unknown || container.builds) return [];
    if (!isPlainPostgres(image) && !image.value.includes('pgbackrest') && !mentionsEngine(container))
      return [];
    return [{ place: image, image: image.value }];
  });
  const run = project.commandLists.flatMap((list) =>
    list.commands.flatMap((command) => runImage(command) ?? []),
  );
  return [...named, ...run];
}

/** The image in `docker run … IMAGE pgbackrest …`. */
function runImage({ wrappers, words, program }: Invocation): UsedImage | undefined {
  const [first] = words;
  const wrapper = wrappers.findLast((text) => /^(docker|podman|nerdctl) run\b/.test(text));
  if (wrapper === undefined || first === undefined || program !== 'pgbackrest') return undefined;
  const image = wrapper.split(' ').at(-1) ?? '';
  const start = first.document.text.lastIndexOf(image, first.start);
  if (image === '' || start < 0 || /[$<{]/.test(image)) return undefined;
  return { place: { document: first.document, start, end: start + image.length }, image };
}
