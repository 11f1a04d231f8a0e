import type { Repository } from '../../../model/repository.ts';
import { quoteForShell } from '../../../model/quote-for-shell.ts';
import { describeLoss, describeTimes } from '../describe-times.ts';
import {
  asideSteps,
  flushStep,
  followTargetSteps,
  followWalSteps,
  openProof,
  plainBack,
  restoreCommand,
  salvageStep,
  timelineStep,
} from '../plain-restore.ts';
import {
  blank,
  engine,
  holdfast,
  moment,
  startSteps,
  step,
  stopSteps,
  timeline,
} from '../runbook-commands.ts';
import type { RunbookSite } from '../runbook-site.ts';
import type { Placeholder, RunbookColumn, RunbookScenario, RunbookStep } from '../runbook.ts';

const setLabel: Placeholder = {
  name: 'SET',
  meaning: 'the label of the backup set, as the list shows it: 20261120-020003F',
};

/** What holds for every restore by hand. */
const cautions = [
  'By hand: tablespaces and links inside the data directory are not moved aside here; pgBackRest refuses a tablespace that is not empty. Holdfast does all that.',
  'By hand: where the data directory is a mount point it cannot be renamed; copy it instead, and restore with --delta.',
];

/** The restores of production in place. */
export function restoreScenarios(site: RunbookSite): readonly RunbookScenario[] {
  const [first, ...others] = site.stanza.repositories;
  if (first === undefined) return [];
  return [
    latest(site, first, { id: 'latest', title: 'Bring everything back', words: '' }),
    ...others.map((repository) =>
      latest(site, repository, {
        id: `latest-from-${repository.name}`,
        title: `Bring everything back from ${repository.name}`,
        words: ` --repo ${quoteForShell(repository.name)}`,
      }),
    ),
    toMoment(site, first),
    toSet(site, first),
    undo(site),
  ];
}

function latest(
  site: RunbookSite,
  repository: Repository,
  { id, title, words }: { readonly id: string; readonly title: string; readonly words: string },
): RunbookScenario {
  return {
    id,
    title,
    when:
      words === ''
        ? 'The data directory is damaged, gone or cannot be started, and all that was committed is wanted.'
        : `The same, while the other repositories cannot be used.`,
    lost: describeLoss(site),
    takes: describeTimes(site, words === '' ? undefined : repository.name),
    cautions,
    placeholders: [timeline],
    holdfast: inPlace(site, `--to latest${words}`),
    plain: {
      steps: [
        timelineStep(site),
        flushStep(site),
        ...asideSteps(site),
        step(`Restore from ${repository.name}`, [
          restoreCommand(site, { type: 'standby', repositoryKey: repository.key }),
        ]),
        salvageStep(site),
        ...followWalSteps(site),
      ],
      proof: [openProof(site)],
      back: plainBack(site),
    },
  };
}

function toMoment(site: RunbookSite, repository: Repository): RunbookScenario {
  return {
    id: 'moment',
    title: 'Go back to a moment',
    when: 'Something was deleted or changed that must not have been, and all of the cluster is to be as it was before. Where other work must stay, bring back single tables instead.',
    lost: 'Everything that was committed after the moment. It stays in the old directory.',
    takes: describeTimes(site),
    cautions,
    placeholders: [moment, timeline],
    holdfast: inPlace(site, `--to '${blank(moment)}'`),
    plain: {
      steps: [
        timelineStep(site),
        flushStep(site),
        ...asideSteps(site),
        step(`Restore from ${repository.name}`, [
          restoreCommand(site, { type: 'time', target: blank(moment), repositoryKey: repository.key }),
        ]),
        ...followTargetSteps(site),
      ],
      proof: [openProof(site)],
      back: plainBack(site),
    },
  };
}

function toSet(site: RunbookSite, repository: Repository): RunbookScenario {
  return {
    id: 'set',
    title: 'Go back to a backup set',
    when: 'The WAL after a set is missing or damaged, or the cluster is wanted exactly as that backup found it.',
    lost: 'Everything that was committed after the end of that backup. It stays in the old directory.',
    takes: describeTimes(site),
    cautions,
    placeholders: [setLabel],
    holdfast: {
      ...inPlace(site, `--set '${blank(setLabel)}' --to immediate`),
      steps: [
        step('List the sets', [holdfast(site, 'info')]),
        ...inPlace(site, `--set '${blank(setLabel)}' --to immediate`).steps,
      ],
    },
    plain: {
      steps: [
        step('List the sets', [engine(site, ['info'])]),
        flushStep(site),
        ...asideSteps(site),
        step(`Restore it from ${repository.name}`, [
          restoreCommand(site, {
            type: 'immediate',
            set: blank(setLabel),
            repositoryKey: repository.key,
          }),
        ]),
        ...followTargetSteps(site),
      ],
      proof: [openProof(site)],
      back: plainBack(site),
    },
  };
}

function undo(site: RunbookSite): RunbookScenario {
  return {
    id: 'undo',
    title: 'Undo a restore',
    when: 'The restore went to the wrong moment, or the old data is wanted after all.',
    lost: 'Nothing: what was written since the restore stays in the directory that is moved away.',
    takes: 'A stop, some renames and a start: seconds.',
    cautions: [
      'By hand: this is for a restore that was made by hand as written here. One that Holdfast made is undone by Holdfast; its journal knows the names.',
      'Take a new full backup afterwards, so that later restores begin behind the branching.',
    ],
    placeholders: [],
    holdfast: {
      steps: [step('See what would be done', [holdfast(site, 'undo --plan')]), ...undoSteps(site)],
      proof: [openProof(site)],
      back: [],
    },
    plain: { steps: plainBack(site), proof: [openProof(site)], back: [] },
  };
}

function undoSteps(site: RunbookSite): readonly RunbookStep[] {
  return around(site, [
    step(
      'Undo the last restore. A server that was down before it is left down: start it',
      [holdfast(site, 'undo')],
      { asks: true },
    ),
  ]);
}

/** Where the server runs in a container of its own it is stopped before, and started after. */
function around(site: RunbookSite, steps: readonly RunbookStep[]): readonly RunbookStep[] {
  return site.configuration.deploy.runbook.stop === undefined
    ? steps
    : [...stopSteps(site), ...steps, ...startSteps(site)];
}

/** `holdfast restore`, first as a plan. */
export function inPlace(site: RunbookSite, words: string): RunbookColumn {
  return {
    steps: [
      step('See what would be done; nothing is changed', [holdfast(site, `restore ${words} --plan`)]),
      ...around(site, [
        step(
          'Do it, once you have typed what it asks for. WAL that was never archived is saved first',
          [holdfast(site, `restore ${words}`)],
          { asks: true },
        ),
      ]),
    ],
    proof: [
      openProof(site),
      step('The archive takes WAL again', [holdfast(site, 'check')], { mayFail: true }),
    ],
    back: undoSteps(site),
  };
}
