import type * as z from 'zod';
import { section } from '../section.ts';

/** What only this target needs. */
export const ansibleSchema = section({}).meta({ description: 'Settings of `holdfast render ansible`.' });

export type AnsibleSettings = z.output<typeof ansibleSchema>;
