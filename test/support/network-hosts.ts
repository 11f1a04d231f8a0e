import { randomBytes } from 'node:crypto';
import { requireRoot } from './test-user.ts';
import { runCommand } from '../../src/process/run-command.ts';
import type { Sandbox } from './sandbox.ts';

/** A network namespace: a host of its own as far as the network goes, with a cable to this one. */
export interface NetworkHost {
  /** For `ip netns exec`. */
  readonly namespace: string;
  /** Under which it reaches this host. */
  readonly gateway: string;
  /** Its own. */
  readonly address: string;
  /** Cuts the cable: packets vanish, and nobody is told. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** From here on what this host sends there vanishes on the way, and nobody is told: connections are half-open. */
  swallow(): Promise<void>;
  /** What this host sends there goes on arriving. */
  deliver(): Promise<void>;
  /** What this host sends there passes with so many kbit/s; undefined: as fast as it can. */
  throttle(kilobits: number | undefined): Promise<void>;
}

let made = 0;

/** Makes one; the sandbox removes it. @throws Error when the tests do not run as root */
export async function createNetworkHost(sandbox: Sandbox): Promise<NetworkHost> {
  requireRoot();
  made += 1;
  const id = randomBytes(3).toString('hex');
  const namespace = `hf-${id}`;
  const [outside, inside] = [`hfo-${id}`, `hfi-${id}`];
  // 198.18.0.0/15 is set aside for tests of networks: RFC 2544.
  const net = `198.18.${(process.pid + made * 7) % 250}`;
  const third = 4 * (Number.parseInt(id.slice(0, 2), 16) % 60);
  const [gateway, address] = [`${net}.${third + 1}`, `${net}.${third + 2}`];
  const ip = async (...args: readonly string[]): Promise<void> => {
    const result = await runCommand({ command: 'ip', args, env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' } });
    if (result.code !== 0) throw new Error(`ip ${args.join(' ')}: ${result.stderr}`);
  };
  await ip('netns', 'add', namespace);
  sandbox.defer(() => ip('netns', 'delete', namespace));
  await ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', namespace);
  await ip('address', 'add', `${gateway}/30`, 'dev', outside);
  await ip('link', 'set', outside, 'up');
  await ip('-n', namespace, 'address', 'add', `${address}/30`, 'dev', inside);
  await ip('-n', namespace, 'link', 'set', inside, 'up');
  await ip('-n', namespace, 'link', 'set', 'lo', 'up');
  return {
    namespace,
    gateway,
    address,
    cut: () => ip('link', 'set', outside, 'down'),
    mend: () => ip('link', 'set', outside, 'up'),
    // A card that nobody has: what comes for it is not taken. A cable that is cut would be noticed here.
    swallow: () =>
      ip('neighbour', 'replace', address, 'lladdr', '02:00:00:00:00:01', 'dev', outside, 'nud', 'permanent'),
    deliver: () => ip('neighbour', 'delete', address, 'dev', outside),
    throttle: (kilobits) => throttle(outside, kilobits),
  };
}

/** By a token bucket (tc-tbf(8)), which takes the place of the one before. */
async function throttle(device: string, kilobits: number | undefined): Promise<void> {
  const bucket = ['rate', `${kilobits ?? 0}kbit`, 'burst', '2kb', 'latency', '2s'];
  const args =
    kilobits === undefined
      ? ['qdisc', 'delete', 'dev', device, 'root']
      : ['qdisc', 'replace', 'dev', device, 'root', 'tbf', ...bucket];
  const result = await runCommand({ command: 'tc', args, env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' } });
  if (result.code !== 0) throw new Error(`tc ${args.join(' ')}: ${result.stderr}`);
}
