import * as z from 'zod';
import { absolutePath, port, text } from './scalars.ts';
import { section } from './section.ts';

/** pgBackRest on another host over SSH (`pgN-host-user`, `pgN-host-port`, `pgN-host-cmd`, `pgN-host-config`). */
export const sshSchema = section({
  user: text('a user name').optional().meta({
    description:
      'User to log in as on the other host. pgBackRest takes `postgres` for servers and `pgbackrest` for repositories.',
  }),
  port: port().optional().meta({ description: 'SSH port; without it the SSH client decides.' }),
  command: absolutePath()
    .optional()
    .meta({ description: 'pgbackrest on the other host, when it is not where it is here.' }),
  configFile: absolutePath().optional().meta({ description: 'pgbackrest.conf on the other host.' }),
}).meta({ description: 'Reach the host over SSH. This is the default; write it to change a detail.' });

/** pgBackRest on another host over its own TLS protocol (`pgN-host-type=tls`). */
export const tlsSchema = section({
  port: port()
    .optional()
    .meta({ description: 'Port of `pgbackrest server` on the other host; pgBackRest takes 8432.' }),
  caFile: absolutePath().meta({ description: 'Certificate authority that signed the other side.' }),
  certificateFile: absolutePath().meta({ description: 'Certificate that this side shows.' }),
  keyFile: absolutePath().meta({ description: 'Private key of that certificate, mode 0600.' }),
  command: absolutePath()
    .optional()
    .meta({ description: 'pgbackrest on the other host, when it is not where it is here.' }),
  configFile: absolutePath().optional().meta({ description: 'pgbackrest.conf on the other host.' }),
}).meta({
  description: "Reach the host over pgBackRest's TLS protocol; `pgbackrest server` must run there.",
});

export type SshInput = z.output<typeof sshSchema>;
export type TlsInput = z.output<typeof tlsSchema>;
