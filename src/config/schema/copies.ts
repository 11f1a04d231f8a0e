import * as z from 'zod';
import { parseByteSize } from '../../model/byte-size.ts';
import type { KeptFree } from '../../model/copy.ts';
import { absolutePath, byteSize, count, flag, scalar } from './scalars.ts';
import { section } from './section.ts';

const keptFree = scalar<KeptFree>({
  expected: 'a share such as 5% or a size such as 20GiB',
  remedy: 'Write a whole number with % (below 100), or with a unit: MiB, GiB, TiB.',
  json: { type: 'string', pattern: '^(\\d{1,2}%|\\d{1,15}\\s*([KMGTPkmgtp]i?[Bb]|[Bb]))$' },
  read: (value) => {
    if (typeof value !== 'string') return undefined;
    const share = /^(\d{1,2})%$/.exec(value)?.[1];
    if (share !== undefined) return { share: Number(share) / 100 };
    const bytes = /[a-z]$/i.test(value) ? parseByteSize(value) : undefined;
    return bytes === undefined ? undefined : { bytes };
  },
});

/** Bounds of everything that is restored beside production. */
export const copiesSchema = section({
  directory: absolutePath().optional().meta({
    description: 'Where clones and drills are restored; `copies` in the state directory otherwise.',
  }),
  memory: byteSize().prefault('256MiB').meta({
    description:
      "What the server of a copy is configured for: a quarter of it is its shared_buffers, and its other settings follow. Production's own are not used.",
  }),
  processes: count(1, 999)
    .prefault(1)
    .meta({ description: 'How many processes of pgBackRest restore a copy (`process-max`).' }),
  nice: count(0, 19).prefault(10).meta({
    description: 'By how much pgBackRest and PostgreSQL of a copy give way to others on the processors.',
  }),
  idleDisk: flag().prefault(true).meta({
    description:
      'They read and write only when nobody else does (I/O class idle), where `ionice` is installed and the I/O scheduler knows of it.',
  }),
  keepFree: keptFree.prefault('5%').meta({
    description:
      'What must stay free on the file system: a copy that would leave less is refused, and one that grows beyond is stopped and removed.',
    examples: ['10%', '20GiB'],
  }),
}).meta({ description: 'Copies beside production: clones and drills. They never archive.' });

export type CopiesInput = z.output<typeof copiesSchema>;

/** `copies` where the file says nothing of it. */
export function defaultCopySettings(): CopiesInput {
  return copiesSchema.parse({});
}
