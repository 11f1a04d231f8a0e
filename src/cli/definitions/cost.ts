import type { CommandDefinition } from '../command-definition.ts';
import { repositoriesOption } from './repositories-option.ts';

export const costDefinition: CommandDefinition = {
  name: 'cost',
  summary: 'forecast what repositories hold and cost, and compare policies, stores and compression',
  description: [
    'Takes sizes from what lies in the repository (sets, their growth, WAL of the last two weeks), lets the schedule and the retention run over months (as `holdfast retention`), and prices it: storage, minimum durations and volumes, writes, drills and verifies, and a restore. What is measured and what is assumed is said; what nobody knows is not guessed: --assume gives it.',
    'Prices are list prices with their source and date; `price:` of a repository replaces them. --what-if puts other policies, stores, classes and compressions beside it. Nothing is changed.',
  ],
  arguments: [],
  options: [
    repositoriesOption,
    { name: 'months', value: 'NUMBER', description: 'how many months, at most 120', otherwise: '12' },
    {
      name: 'from',
      value: 'WHEN',
      description:
        'begin with what is there `now`, or with an `empty` repository, for which all sizes are assumed',
      otherwise: 'now',
    },
    {
      name: 'assume',
      value: 'K=SIZE',
      description:
        'sizes as stored, in place of measured ones: full=100GiB, diff=5GiB, incr=1GiB; of a day: wal=20GiB, growth=200MiB',
      repeatable: true,
    },
    {
      name: 'what-if',
      value: 'CHANGES',
      description:
        'another way beside it: "provider=wasabi full=14d compress=zst:3", with the keys of `retention --policy`, provider, class, compress',
      repeatable: true,
    },
    { name: 'svg', value: 'FILE', description: 'write the picture there', completes: 'file' },
    {
      name: 'html',
      value: 'FILE',
      description: 'write a page there: pictures and tables',
      completes: 'file',
    },
    { name: 'force', description: 'move a file aside that is there' },
  ],
  examples: [
    { command: 'holdfast cost', explanation: 'a year of each repository' },
    {
      command: 'holdfast cost --repo offsite --what-if provider=wasabi --what-if "provider=r2 full=30d"',
      explanation: 'two other ways beside it',
    },
    {
      command: 'holdfast cost --from empty --assume full=200GiB,diff=10GiB,incr=1GiB,wal=30GiB',
      explanation: 'before the first backup',
    },
  ],
  failures: [
    'not-permitted',
    'nothing-found',
    'edited-by-hand',
    'file-unusable',
    'disk-full',
    'engine-missing',
    'repository-unreachable',
    'daemon-unreachable',
    'journal-damaged',
  ],
  privileged: (input) => input.value('from') !== 'empty',
  load: () => import('../commands/cost.ts'),
};
