import {
  ensureSigningKey,
  type OwnReportKey,
  readOwnKeys,
  rotateSigningKey,
} from '../../report/key-files.ts';
import { noteKey } from '../../report/report-drill.ts';
import { askConsent } from '../ask-consent.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { listFacts } from '../output/list-facts.ts';
import { formatUtc } from '../output/format-time.ts';

/** `holdfast report key [--rotate]`. */
export async function showKeys(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const { stateDirectory } = await context.configuration();
  if (input.flag('rotate')) await rotate(context, stateDirectory);
  const keys = await readOwnKeys(stateDirectory);
  return {
    data: { keys: keys.map(documentKey) },
    text:
      keys.length === 0
        ? "there is no key yet: 'holdfast setup' makes it, or the first drill\n"
        : keys.map(describeKey).join('\n'),
  };
}

async function rotate(context: CommandContext, stateDirectory: string): Promise<void> {
  const [journal, actor, owner] = [await context.journal(), await context.actor(), await context.stepDown()];
  const deps = { stateDirectory, owner, now: () => context.now() };
  if ((await readOwnKeys(stateDirectory)).length === 0) {
    const { key } = await ensureSigningKey(deps);
    noteKey(key, 'made', { journal, actor });
    return;
  }
  await askConsent(context, {
    operation: 'replace the key of reports',
    question: 'Another key signs from now on, and the private half of the present one is removed. Do it?',
  });
  noteKey(await rotateSigningKey(deps), 'replaced', { journal, actor });
}

function documentKey(key: OwnReportKey): Record<string, unknown> {
  const { number, fingerprint, pem, ssh, file, madeAt, retiredAt } = key;
  const instant = (time: number | undefined): string | null =>
    time === undefined ? null : new Date(time).toISOString();
  return {
    number,
    fingerprint,
    signs: retiredAt === undefined,
    from: instant(madeAt),
    until: instant(retiredAt),
    file,
    publicKey: pem,
    ssh,
  };
}

function describeKey({ number, fingerprint, ssh, file, madeAt, retiredAt, pem }: OwnReportKey): string {
  const facts = listFacts([
    ['key', String(number)],
    ['fingerprint', fingerprint],
    [
      'signs',
      `from ${madeAt === undefined ? '?' : formatUtc(madeAt)}${retiredAt === undefined ? '' : ` until ${formatUtc(retiredAt)}`}`,
    ],
    ['public key', file],
    ['OpenSSH', ssh],
  ]);
  return `${facts}${facts.endsWith('\n') ? '' : '\n'}${pem}`;
}
