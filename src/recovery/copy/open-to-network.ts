import { connect } from 'node:net';
import type { CopyNetwork, CopyRecord } from '../../model/copy.ts';
import { Failure } from '../../model/failure.ts';
import { openScratch } from '../../postgres/scratch-config.ts';
import type { Server } from '../../postgres/server.ts';

/** Milliseconds for one address: they are this host's own. */
const connectMs = 5000;

/**
 * Lets clients in over the network, and sees that the copy listens on every address that was asked for: the server itself
 * takes it for enough when one of them works (PostgreSQL `src/backend/postmaster/postmaster.c`, "could not bind").
 *
 * @throws Failure server-failed, naming the address; as openScratch
 */
export async function openToNetwork(
  server: Server,
  { id, port }: Pick<CopyRecord, 'id' | 'port'>,
  { addresses, allow }: CopyNetwork,
): Promise<void> {
  await openScratch(server, allow);
  for (const address of addresses) {
    const problem = await tryAddress(address, port);
    if (problem === undefined) continue;
    throw new Failure('server-failed', {
      operation: `open copy ${id} to the network`,
      place: `${address}, port ${port}`,
      problem: `it does not listen there: ${problem}`,
      hint: 'Give --listen an address of this host on which nobody else has the port, or another --port.',
    });
  }
}

/** @returns why nobody answers */
function tryAddress(address: string, port: number): Promise<string | undefined> {
  const host = ['*', '0.0.0.0'].includes(address) ? '127.0.0.1' : address === '::' ? '::1' : address;
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectMs });
    const end = (problem?: string): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end('no answer'));
    socket.once('error', ({ message }) => end(message));
  });
}
