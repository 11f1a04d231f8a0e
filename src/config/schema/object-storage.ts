import * as z from 'zod';
import { absolutePath, byteSize, flag, port, text } from './scalars.ts';
import { section } from './section.ts';

/** Connection to any object store (`repo-storage-*`). */
export const objectStorageSchema = section({
  host: text('a host name or address')
    .optional()
    .meta({ description: 'Connect here instead of to the endpoint, for a proxy or a local store.' }),
  port: port().optional().meta({ description: 'Port of the store; pgBackRest takes 443.' }),
  caFile: absolutePath()
    .optional()
    .meta({ description: 'Certificate authority to trust besides those of the system.' }),
  caPath: absolutePath().optional().meta({ description: 'Directory of certificate authorities to trust.' }),
  verifyTls: flag().prefault(true).meta({ description: 'Check the certificate of the store.' }),
  uploadChunkSize: byteSize()
    .optional()
    .meta({ description: 'Size of the parts of a large upload.', examples: ['16MiB'] }),
  tags: z
    .record(z.string(), text())
    .prefault({})
    .meta({ description: 'Tags set on every object.', examples: [{ team: 'database' }] }),
}).meta({ description: 'How the store is reached, and what is set on its objects.' });

export type ObjectStorageInput = z.output<typeof objectStorageSchema>;
