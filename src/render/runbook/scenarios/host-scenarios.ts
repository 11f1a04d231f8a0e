import { kitFormat, openCommand } from '../../../model/kit-format.ts';
import { quoteForShell } from '../../../model/quote-for-shell.ts';
import type { Repository } from '../../../model/repository.ts';
import { copyOpenStep, copyDirectory, copySteps, dropCopyStep } from '../copy-by-hand.ts';
import { describeLoss, describeTimes } from '../describe-times.ts';
import { engineSecretsFile, passphraseFile, putPassphrase } from '../passphrase-commands.ts';
import { followWalSteps, openProof, restoreCommand } from '../plain-restore.ts';
import {
  blank,
  engine,
  holdfast,
  makeDirectory,
  makeEngineDirectory,
  ownedBy,
  sql,
  step,
  stopServer,
  timeline,
} from '../runbook-commands.ts';
import type { RunbookSite } from '../runbook-site.ts';
import type { Placeholder, RunbookScenario, RunbookStep } from '../runbook.ts';
import { inPlace } from './restore-scenarios.ts';

const kit: Placeholder = { name: 'KIT', meaning: 'the break-glass kit: /mnt/stick/holdfast-kit.tar' };
const kitPassphrase: Placeholder = {
  name: 'KIT_PASSPHRASE',
  meaning: 'a file with the passphrase of the kit',
};
const opened: Placeholder = {
  name: 'DIR',
  meaning: 'a directory that is not there yet, for what is in the kit: /root/kit',
};
const archivedTimeline: Placeholder = {
  ...timeline,
  meaning:
    'the timeline of the newest WAL that `info` shows: the first eight digits of its last name, as a decimal number (00000003… is 3)',
};

/** The host is gone; or a restore is wanted on one that has nothing. */
export function hostScenarios(site: RunbookSite): readonly RunbookScenario[] {
  return [lostHost(site), otherMachine(site)];
}

function lostHost(site: RunbookSite): RunbookScenario {
  const repository = readableFrom(site);
  return {
    id: 'lost-host',
    title: 'The host is lost',
    when: 'Machine, disk or site are gone, and a new machine is to take its place. A repository that lay on the same disk is gone too.',
    lost: `${describeLoss(site)} On a lost disk that means: what was not archived.`,
    takes: describeTimes(site),
    cautions: [
      'Be sure that the old server is off for good. Two that archive into one repository spoil it.',
      'A repository that was lost with the host is made again afterwards: see its own scenario.',
      'By hand: a copy that archived into this repository by mistake has the newest timeline. Where that may be, take the timeline of the newest WAL of the old server, and look at the last transaction before you open it.',
      `Use a name or address for the new machine under which the others know the old one${site.node.host === undefined ? '' : ` (${site.node.host})`}.`,
      ...outsideConfiguration(site),
    ],
    placeholders: [kit, kitPassphrase, opened, ...passphrases(site), archivedTimeline],
    holdfast: {
      steps: [...unpackWithHoldfast(site), ...inPlace(site, `--to latest${fromRepository(site)}`).steps],
      proof: [
        openProof(site),
        step('It is protected again', [holdfast(site, 'setup --yes --no-backup'), holdfast(site, 'check')], {
          mayFail: true,
        }),
      ],
      back: [],
    },
    plain: {
      steps: [
        ...unpackByHand(site),
        newestTimeline(site),
        step('Make the data directory', [makeDirectory(site, site.node.path)]),
        step(`Restore from ${repository.name}`, [
          restoreCommand(site, { type: 'standby', repositoryKey: repository.key }),
        ]),
        ...followWalSteps(site),
      ],
      proof: [openProof(site), step('WAL arrives again', [engine(site, ['check'])])],
      back: [],
    },
  };
}

function otherMachine(site: RunbookSite): RunbookScenario {
  const repository = readableFrom(site);
  return {
    id: 'other-machine',
    title: 'Restore on another machine',
    when: 'A test, an audit, or a copy for somebody, on a machine that has nothing to do with production and must not touch it.',
    lost: 'Nothing. The copy never archives, and production goes on.',
    takes: describeTimes(site),
    cautions: [
      'Best give that machine credentials of the store that can only read.',
      "Never start a restored server there with production's own settings: its archive_command would write into production's archive.",
      ...outsideConfiguration(site),
    ],
    placeholders: [kit, kitPassphrase, opened, ...passphrases(site), archivedTimeline],
    holdfast: {
      steps: [
        ...unpackWithHoldfast(site),
        step(
          'Restore a copy; it prints how to connect',
          [holdfast(site, `clone --to latest --name elsewhere${fromRepository(site)}`)],
          { mayFail: true },
        ),
      ],
      proof: [step('It answers', [holdfast(site, 'clones')])],
      back: [step('Take it away', [holdfast(site, 'clone drop elsewhere')])],
    },
    plain: {
      steps: [
        ...unpackByHand(site),
        newestTimeline(site),
        ...copySteps(site, { type: 'default', repositoryKey: repository.key }),
        copyOpenStep(site),
      ],
      proof: [step('It answers', [sql(site, 'SELECT now()', { socket: copyDirectory(site) })])],
      back: [dropCopyStep(site)],
    },
  };
}

/** A repository on the lost host itself is lost with it. */
function readableFrom({ stanza }: RunbookSite): Repository {
  const elsewhere = stanza.repositories.find(
    ({ access, host }) => host !== undefined || access.type !== 'posix',
  );
  const found = elsewhere ?? stanza.repositories.at(-1);
  if (found === undefined) throw new Error(`stanza ${stanza.name} has no repository`);
  return found;
}

function fromRepository(site: RunbookSite): string {
  return site.stanza.repositories.length === 1 ? '' : ` --repo ${quoteForShell(readableFrom(site).name)}`;
}

function outsideConfiguration({ server }: RunbookSite): string[] {
  return server.configFile === undefined
    ? []
    : [
        `${server.configFile} and its neighbours lie outside the data directory and are in no backup: bring them back from your configuration management.`,
      ];
}

/** `<PASSPHRASE_OFFSITE>` for each encrypted repository. */
function passphrases({ stanza }: RunbookSite): Placeholder[] {
  return stanza.repositories
    .filter(({ encryption }) => encryption !== undefined)
    .map((repository) => ({
      name: passphraseBlank(repository),
      meaning: `a file with the passphrase of repository ${repository.name}, from the safe`,
    }));
}

function passphraseBlank({ name }: Repository): string {
  return `PASSPHRASE_${name.toUpperCase().replaceAll(/[^A-Z\d]/g, '_')}`;
}

function installPrograms(site: RunbookSite): RunbookStep {
  const { deploy } = site.configuration;
  if (deploy.runbook.stop !== undefined) {
    return step(
      `On the new machine: open the kit, have the containers made again of its holdfast.yaml and the secrets of the safe (\`holdfast render\`), start all of them but the database, and open a shell: \`${deploy.runbook.shell}\``,
      [],
    );
  }
  return step(
    `Install PostgreSQL ${/\/(\d+)\//.exec(site.server.binDirectory)?.[1] ?? deploy.postgresVersion}, pgBackRest ${site.version.text} and Holdfast, and open a shell there: \`${deploy.runbook.shell}\`, then \`cd /\``,
    [],
  );
}

/** Packages of some distributions make an empty cluster and start it. */
function clearPlace(site: RunbookSite): RunbookStep[] {
  // A container has a volume of its own, which is empty.
  if (site.configuration.deploy.runbook.stop !== undefined) return [];
  const path = quoteForShell(site.node.path);
  return [
    step('Put away an empty cluster that the packages made', [
      stopServer(site),
      `if [ -e ${path} ]; then mv -T ${path} ${quoteForShell(`${site.node.path}.empty`)}; fi`,
    ]),
  ];
}

function unpackWithHoldfast(site: RunbookSite): RunbookStep[] {
  const { configuration } = site;
  const folder = `'${blank(opened)}/${kitFormat.inner}`;
  const user = configuration.engine.user;
  const given = site.stanza.repositories.flatMap((repository) => {
    const file = passphraseFile(repository);
    return file === undefined
      ? []
      : [
          `install -D -m 0600${ownedBy(site, user)} '<${passphraseBlank(repository)}>' ${quoteForShell(file)}`,
        ];
  });
  return [
    installPrograms(site),
    ...clearPlace(site),
    step('Open the kit', [
      `holdfast kit open '${blank(kit)}' --passphrase-file '${blank(kitPassphrase)}' --out '${blank(opened)}'`,
    ]),
    step('Put holdfast.yaml into its place', [
      `install -D -m 0644 ${folder}/holdfast.yaml' ${quoteForShell(configuration.file)}`,
    ]),
    ...secretsStep(site, 'Put the passphrases from the safe into their places', given),
    step('See that the secrets are right', [holdfast(site, 'secrets check')], { mayFail: true }),
    step('Make the directories of pgBackRest, and its configuration', [
      makeEngineDirectory(site, configuration.engine.logDirectory, configuration.engine.spoolDirectory),
      holdfast(site, 'render pgbackrest --out /'),
    ]),
  ];
}

function unpackByHand(site: RunbookSite): RunbookStep[] {
  const { configuration } = site;
  const { engine: settings } = configuration;
  const directory = `'${blank(opened)}'`;
  const own = ownedBy(site, settings.user);
  const folder = `'${blank(opened)}/${kitFormat.inner}/pgbackrest/${site.node.host ?? 'this-host'}`;
  const given = site.stanza.repositories
    .filter(({ encryption }) => encryption !== undefined)
    .map((repository) => putPassphrase(site, repository, `'<${passphraseBlank(repository)}>'`));
  return [
    installPrograms(site),
    ...clearPlace(site),
    step('Open the kit', [
      `mkdir -m 0700 ${directory} && tar -xf '${blank(kit)}' -C ${directory}`,
      `${openCommand(`'${blank(opened)}/${kitFormat.outer}/${kitFormat.sealed}'`, `-pass 'file:${blank(kitPassphrase)}'`)} | tar -xf - -C ${directory}`,
      `( cd '${blank(opened)}/${kitFormat.inner}' && sha256sum --quiet -c SHA256SUMS )`,
    ]),
    step('Put the configuration of pgBackRest into its place', [
      `install -D -m 0640${own} ${folder}/pgbackrest.conf' ${quoteForShell(settings.configFile)}`,
      `install -D -m 0600${own} ${folder}/holdfast-secrets.conf' ${quoteForShell(engineSecretsFile(site))}`,
      makeEngineDirectory(site, settings.logDirectory, settings.spoolDirectory),
    ]),
    ...secretsStep(site, 'Put the passphrases from the safe into it', given),
  ];
}

function secretsStep(site: RunbookSite, title: string, commands: readonly string[]): RunbookStep[] {
  const others = site.stanza.repositories.some(
    ({ access }) => access.type !== 'posix' && access.type !== 'cifs',
  );
  return [
    ...(commands.length === 0 ? [] : [step(title, commands)]),
    ...(others
      ? [
          step(
            `Put the keys of the stores into their places: the kit says in repositories.txt which there are`,
            [],
          ),
        ]
      : []),
  ];
}

function newestTimeline(site: RunbookSite): RunbookStep {
  return step('See what is there, and the timeline of the newest WAL', [engine(site, ['info'])]);
}
