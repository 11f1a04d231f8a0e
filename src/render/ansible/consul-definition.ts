import type { Configuration } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';

/**
 * A definition for Consul's agent, in HCL, which has comments (the agent refuses keys that it does not know): TTL checks that the daemon pushes, or one check that the agent runs. `args`, because
 * `script` is gone since Consul 1.1.
 *
 * @returns undefined where none is asked for
 * @throws Failure config-invalid when the daemon would register the same checks itself
 *
 * @see https://developer.hashicorp.com/consul/docs/services/usage/checks
 */
export function consulDefinition({ consul, deploy, stanzas }: Configuration): string | undefined {
  const form = deploy.ansible.consul;
  if (form === 'none') return undefined;
  const { service, id, ttl, register } = consul ?? {
    service: 'holdfast',
    id: 'holdfast',
    ttl: 60,
    register: true,
  };
  if (form === 'service' && (consul === undefined || register)) {
    throw new Failure('config-invalid', {
      operation: 'render ansible',
      place: 'deploy.ansible.consul',
      problem: 'nobody would push to these checks, or the daemon would register them itself as well',
      hint: 'Write `consul: { register: false }` at the top of the file, or leave deploy.ansible.consul out.',
    });
  }
  const checks =
    form === 'service'
      ? [
          { id, name: service, ttl: `${ttl}s` },
          ...stanzas.map(({ name }) => ({ id: `${id}:${name}`, name: `stanza ${name}`, ttl: `${ttl}s` })),
        ]
      : [
          {
            id,
            name: 'backups',
            args: [deploy.systemd.program, 'status', '--plugin', '--config', '/etc/holdfast/holdfast.yaml'],
            interval: '1m',
            timeout: '30s',
          },
        ];
  const lines = [`id = ${quote(id)}`, `name = ${quote(service)}`, ...checks.flatMap(describeCheck)];
  return `service {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

function describeCheck(check: Readonly<Record<string, string | readonly string[]>>): readonly string[] {
  const lines = Object.entries(check).map(([name, value]) => {
    const text = typeof value === 'string' ? quote(value) : `[${value.map(quote).join(', ')}]`;
    return `  ${name} = ${text}`;
  });
  return ['checks {', ...lines, '}'];
}

/** A string of HCL, which begins templates with `${`. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll('${', '$${');
}
