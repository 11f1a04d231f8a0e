import * as z from 'zod';
import { absolutePath, scalar } from '../scalars.ts';
import { section } from '../section.ts';

const publicKey = scalar<string>({
  expected: 'a public key of OpenSSH, such as `ssh-ed25519 AAAA…`',
  remedy: 'Write what the file with `.pub` holds; a comment behind the key may stay.',
  json: { type: 'string', pattern: '^(ssh|ecdsa|sk)-[\\w@.-]+ [A-Za-z0-9+/=]+' },
  read: (value) =>
    typeof value === 'string' &&
    /^(?:ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/=]+(?: [^\n\r]*)?$/.test(value.trim())
      ? value.trim()
      : undefined,
});

/** What only this target needs. */
export const repositoryHostSchema = section({
  keys: z
    .record(
      z.string(),
      section({
        client: publicKey
          .optional()
          .meta({ description: 'Public key with which pgBackRest of this host logs in on others.' }),
        server: publicKey
          .optional()
          .meta({ description: 'Public host key of its sshd: the others connect to no other one.' }),
      }),
    )
    .prefault({})
    .meta({
      description: 'SSH: keys of each host, by its name in this file. Public keys only.',
      examples: [{ pg1: { client: 'ssh-ed25519 AAAA…', server: 'ssh-ed25519 AAAA…' } }],
    }),
  identityFile: absolutePath()
    .prefault('/etc/pgbackrest/ssh/id_ed25519')
    .meta({ description: 'SSH: private key of each host, made there; it is never read by Holdfast.' }),
  gate: absolutePath().prefault('/usr/local/lib/holdfast/pgbackrest-gate').meta({
    description: 'SSH: the program that lets a key start pgBackRest for its stanzas and nothing else.',
  }),
}).meta({ description: 'Settings of `holdfast render repository-host`.' });
