import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Below 32768, so that no outgoing connection can sit on one (net.ipv4.ip_local_port_range). */
const firstPort = 23_000;
const lastPort = 29_999;
/** One file a port, holding the pid of the test process that owns it. Shared by all test runs of a machine. */
const reservations = '/tmp/holdfast-test-ports';

/** A TCP port that is free and is given to nobody else, in any test process, until it is released. */
export interface ReservedPort extends Disposable {
  readonly number: number;
}

/** @throws Error when every port of the range is taken */
export async function reservePort(): Promise<ReservedPort> {
  mkdirSync(reservations, { recursive: true });
  makeShared();
  const size = lastPort - firstPort + 1;
  const start = Math.floor(Math.random() * size);
  for (let step = 0; step < size; step += 1) {
    const number = firstPort + ((start + step) % size);
    if (!reserve(number)) continue;
    if (await canListen(number)) {
      return { number, [Symbol.dispose]: () => rmSync(join(reservations, String(number)), { force: true }) };
    }
    rmSync(join(reservations, String(number)), { force: true });
  }
  throw new Error(`no free port between ${firstPort} and ${lastPort}`);
}

function makeShared(): void {
  try {
    chmodSync(reservations, 0o1777);
  } catch (error) {
    // Only its owner may; then it has been done already.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}

function reserve(port: number): boolean {
  const file = join(reservations, String(port));
  for (const attempt of ['first', 'afterStale']) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (attempt === 'afterStale' || !removeStale(file)) return false;
    }
  }
  return false;
}

/** A test run that was killed leaves its reservations behind; they end with its process. */
function removeStale(file: string): boolean {
  try {
    const pid = readFileSync(file, 'utf8').trim();
    // An empty file is being written this very moment.
    if (pid === '' || isAlive(Number(pid))) return false;
    rmSync(file, { force: true });
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return true;
    if (code === 'EPERM' || code === 'EACCES') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Ports in LISTEN state (0A) of this network namespace, from proc(5) `/proc/net/tcp`. */
export function listeningPorts(): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readIfThere(file).split('\n').slice(1)) {
      const [, local, , state] = line.trim().split(/\s+/);
      const port = local?.split(':').at(-1);
      if (state === '0A' && port !== undefined) ports.add(Number.parseInt(port, 16));
    }
  }
  return ports;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // No IPv6 in this kernel.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
