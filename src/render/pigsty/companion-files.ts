import { stringify } from 'yaml';
import type { Configuration, Stanza } from '../../config/configuration.ts';
import { writeConfText } from '../../engine/conf/conf-text.ts';
import { repositoryOptions } from '../../engine/conf/repository-options.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import type { RenderCall } from '../deployment/deployment-target.ts';

/** Where pgBackRest on the nodes reads it; Pigsty writes pgbackrest.conf only and leaves this directory alone. */
const placeOnNodes = '/etc/pgbackrest/conf.d/holdfast-repositories.conf';

/** The second repository and those after it, which Pigsty has no variables for. Undefined: there is one only. */
export function companionConf(
  stanza: Stanza,
  configuration: Configuration,
  call: RenderCall,
): RenderedFile | undefined {
  const others = stanza.repositories.slice(1);
  if (others.length === 0) return undefined;
  const options = others.flatMap((repository) =>
    repositoryOptions(repository, {
      settings: configuration.engine,
      host: undefined,
      version: call.version,
      secrets: call.secrets,
    }),
  );
  return {
    path: `pigsty/secret/${stanza.name}-repositories.conf`,
    content: writeConfText([{ name: 'global', options }], configuration.file),
    mode: 0o600,
    owner: call.owner,
    secret: true,
  };
}

/**
 * A playbook that brings these files to the nodes and makes the stanza in the new repositories. WAL goes to them from then
 * on, because archive-push reads the directory.
 */
export function companionPlaybook(stanzas: readonly Stanza[]): string {
  return stringify(
    stanzas.map(({ name }) => ({
      name: `Further repositories of ${name}`,
      hosts: name,
      become: true,
      gather_facts: false,
      tasks: [
        {
          name: 'Make the directory of included files',
          'ansible.builtin.file': {
            path: '/etc/pgbackrest/conf.d',
            state: 'directory',
            owner: 'postgres',
            group: 'postgres',
            mode: '0750',
          },
        },
        {
          name: 'Put the repositories there',
          'ansible.builtin.copy': {
            src: `secret/${name}-repositories.conf`,
            dest: placeOnNodes,
            owner: 'postgres',
            group: 'postgres',
            mode: '0600',
          },
          no_log: true,
        },
        {
          name: 'Make the stanza in them',
          'ansible.builtin.command': {
            cmd: `/usr/bin/pgbackrest --stanza=${name} --no-online stanza-create`,
          },
          become_user: 'postgres',
          changed_when: false,
          when: "pg_role == 'primary'",
        },
      ],
    })),
    { lineWidth: 0, version: '1.1' },
  );
}
