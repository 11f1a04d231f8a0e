import { resolve } from 'node:path';
import type { CommandInput } from '../command-definition.ts';

/** Where authorities and certificates are kept: `--directory`. */
export function certificateDirectory(input: CommandInput): string {
  return resolve(input.value('directory') ?? '/etc/holdfast/certificates');
}
