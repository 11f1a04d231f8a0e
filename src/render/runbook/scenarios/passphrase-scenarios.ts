import { join } from 'node:path';
import { describeSecret } from '../../../model/secret.ts';
import { quoteForShell } from '../../../model/quote-for-shell.ts';
import type { Repository } from '../../../model/repository.ts';
import { passphraseFile, engineSecretsFile, putPassphrase, takePassphrase } from '../passphrase-commands.ts';
import { engine, holdfast, move, ownedBy, step } from '../runbook-commands.ts';
import { isLocalDirectory, type RunbookSite } from '../runbook-site.ts';
import type { RunbookScenario, RunbookStep } from '../runbook.ts';
import { describePlace } from './repository-scenarios.ts';
import { fillAnew, filledProof } from '../fill-anew.ts';

/** What to do when the passphrase of an encrypted repository is lost: found again, or gone for good. */
export function passphraseScenarios(site: RunbookSite): readonly RunbookScenario[] {
  return site.stanza.repositories
    .filter(({ encryption }) => encryption !== undefined)
    .flatMap((repository) => [lostPassphrase(site, repository), passphraseGone(site, repository)]);
}

function lostPassphrase(site: RunbookSite, repository: Repository): RunbookScenario {
  const { name, key } = repository;
  const file = passphraseFile(repository);
  const where = reference(repository);
  const take =
    file === undefined
      ? step(
          `pgBackRest still has it: the line repo${key}-cipher-pass in ${engineSecretsFile(site)} of every host. Put it where ${where} comes from`,
          [],
        )
      : step(
          'pgBackRest still has it on every host that archives: take it from there',
          takePassphrase(site, repository, file),
        );
  const prove = step(`See that it opens ${name}: pgBackRest lists what is in it`, [
    engine(site, ['info'], { repositoryKey: key }),
  ]);
  return {
    id: `lost-passphrase-${name}`,
    title: `The passphrase of ${name} is lost`,
    when: `${where} is gone or has the wrong content, and somebody wants to be sure of the passphrase, before the server is lost too.`,
    lost: 'Nothing, as long as one host, the break-glass kit or the safe still has it.',
    takes: 'Minutes.',
    cautions: [
      'Nothing can be restored from an encrypted repository without its passphrase, and nobody can change it.',
      'A copy from the safe is known by its fingerprint: `holdfast secrets check` shows that of the right one, and it is in the break-glass kit.',
    ],
    placeholders: [],
    holdfast: {
      steps: [take],
      proof: [
        step(
          'It opens the repository, and has the fingerprint of the safe',
          [holdfast(site, 'secrets check')],
          {
            mayFail: true,
          },
        ),
      ],
      back: [],
    },
    plain: { steps: [take], proof: [prove], back: [] },
  };
}

function passphraseGone(site: RunbookSite, repository: Repository): RunbookScenario {
  const { name } = repository;
  const keep = keepUnreadable(site, repository);
  return {
    id: `passphrase-gone-${name}`,
    title: `The passphrase of ${name} is gone for good`,
    when: 'No host, no kit and no safe has it any more. What the repository holds can never be read again; a new one must begin at once.',
    lost: `Everything in ${describePlace(repository)}.`,
    takes: 'As long as a full backup.',
    cautions: ['Put the new passphrase into the safe, and make a new break-glass kit, before anything else.'],
    placeholders: [],
    holdfast: {
      steps: [
        ...keep,
        ...newPassphrase(repository, [
          holdfast(site, `secrets generate --repository ${quoteForShell(name)}`),
        ]),
        step('Let pgBackRest have it, and make the stanza', [holdfast(site, 'setup --no-backup')], {
          asks: true,
        }),
        step('Fill it', [holdfast(site, `backup --type full --repo ${quoteForShell(name)}`)]),
      ],
      proof: [
        step('It opens the repository', [holdfast(site, 'secrets check')], { mayFail: true }),
        step('WAL arrives in every repository', [holdfast(site, 'check')], { mayFail: true }),
      ],
      back: [],
    },
    plain: {
      steps: [
        ...keep,
        ...newPassphrase(repository, newPassphraseByHand(site, repository)),
        ...fillAnew(site, repository, 'Make the stanza'),
      ],
      proof: filledProof(site, repository),
      back: [],
    },
  };
}

function keepUnreadable(site: RunbookSite, repository: Repository): RunbookStep[] {
  const { path } = repository;
  if (!isLocalDirectory(repository))
    return [
      step(
        `Give ${repository.name} another \`path\` in holdfast.yaml (by hand: repo${repository.key}-path)`,
        [],
      ),
    ];
  const parts = ['archive', 'backup'].map((part) => join(path, part, site.stanza.name));
  return [
    step(
      'Keep what cannot be read: the passphrase may turn up',
      parts.map((part) => `if [ -e ${quoteForShell(part)} ]; then ${move(part, `${part}.unreadable`)}; fi`),
    ),
  ];
}

function newPassphrase(repository: Repository, commands: readonly string[]): RunbookStep[] {
  const file = passphraseFile(repository);
  if (file === undefined)
    return [step(`Put a new passphrase where ${reference(repository)} comes from, and nowhere else`, [])];
  const path = quoteForShell(file);
  return [
    step('Make a new passphrase; it is not shown', [
      `if [ -e ${path} ]; then ${move(file, `${file}.lost`)}; fi`,
      ...commands,
    ]),
  ];
}

function newPassphraseByHand(site: RunbookSite, repository: Repository): string[] {
  const file = passphraseFile(repository);
  if (file === undefined) return [];
  const path = quoteForShell(file);
  const owner = ownedBy(site, site.configuration.engine.user);
  return [
    `openssl rand -base64 48 | tr -d '\\n' | install -m 0600${owner} /dev/stdin ${path}`,
    putPassphrase(site, repository, path),
  ];
}

function reference({ encryption }: Repository): string {
  return encryption === undefined ? 'it' : describeSecret(encryption.passphrase);
}
