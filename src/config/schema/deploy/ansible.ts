import { flag, oneOf, text } from '../scalars.ts';
import { section } from '../section.ts';

const patroniSchema = section({
  service: text('the name of a service').prefault('patroni').meta({ description: "Patroni's service." }),
  leaderRestart: oneOf(['in-place', 'switchover']).prefault('in-place').meta({
    description:
      'How a leader gets a setting that needs a restart: restarted where it is, or after it has handed over to a replica.',
  }),
}).meta({ description: 'Patroni on the hosts.' });

/** What only this target needs. */
export const ansibleSchema = section({
  package: text('a path or URL').prefault('files/holdfast.tgz').meta({
    description:
      'Package of Holdfast (`npm pack`): a path on the machine that runs Ansible, relative to the project, or a URL.',
  }),
  node: text('a path or URL').optional().meta({
    description:
      'Archive of Node.js 24 for the hosts (`node-v24…-linux-x64.tar.xz`), a path or URL. Without it the hosts have a Node 24 of their own.',
  }),
  packages: oneOf(['distribution', 'pgdg']).prefault('distribution').meta({
    description:
      "Where pgBackRest's package comes from: what the hosts are set up for, or apt.postgresql.org, which is then added.",
  }),
  user: text('a user name').prefault('root').meta({ description: 'User that Ansible logs in as.' }),
  sshKeys: flag().prefault(true).meta({
    description:
      'Exchange keys between the hosts of a stanza that pgBackRest reaches over SSH; `false` where they are there already.',
  }),
  consul: oneOf(['none', 'service', 'script']).prefault('none').meta({
    description:
      "Definition of checks for the agent of Consul: `service` with TTL checks that the daemon pushes (`consul.register: false`), `script` for a check that Consul runs. The daemon's own registration (`consul`) needs neither.",
  }),
  patroni: patroniSchema.prefault({}),
}).meta({ description: 'Settings of `holdfast render ansible`.' });
