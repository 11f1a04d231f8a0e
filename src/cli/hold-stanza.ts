import { callDaemon, unreachable, type ControlCall } from '../daemon/control-client.ts';
import { Failure } from '../model/failure.ts';
import type { CommandContext } from './context.ts';
import { findDaemon } from './find-daemon.ts';

/** Milliseconds after which a person is told what is waited for. */
const silentMs = 500;

const nobody: Disposable = { [Symbol.dispose]() {} };

/**
 * Asks a running daemon to leave a stanza alone, and waits until what it does with it has ended. Without a daemon there
 * is nothing to ask.
 *
 * @param direct somebody wants to go without the daemon
 * @returns until this is disposed nothing of the stanza is begun
 * @throws Failure daemon-unreachable, interrupted
 */
export async function holdStanza(
  stanza: string,
  why: string,
  context: CommandContext,
  { direct }: { readonly direct: boolean },
): Promise<Disposable> {
  const daemon = direct ? undefined : await findDaemon(context);
  const call = daemon && (await callDaemon(daemon.socket, { ask: 'hold', stanza, why }));
  if (daemon === undefined || call === undefined) return nobody;
  try {
    await waitUntilHeld(call, stanza, context);
    return call;
  } catch (error) {
    call[Symbol.dispose]();
    throw error;
  }
}

async function waitUntilHeld(
  call: ControlCall,
  stanza: string,
  { signal, terminal }: CommandContext,
): Promise<void> {
  const timer = setTimeout(() => {
    terminal.printNote(
      `holdfast: waiting until the daemon's jobs of stanza ${stanza} have ended: \`holdfast jobs\` shows them`,
    );
  }, silentMs);
  const withdraw = (): void => call.withdraw();
  signal.addEventListener('abort', withdraw, { once: true });
  if (signal.aborted) withdraw();
  try {
    const answer = await call.next();
    if (answer?.answer === 'held') return;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', withdraw);
  }
  if (!signal.aborted) throw unreachable(`stanza ${stanza}`, 'it ended while this waited for it');
  throw new Failure('interrupted', {
    operation: `wait for the daemon's jobs of stanza ${stanza}`,
    problem: 'stopped by a signal before it was done',
  });
}
