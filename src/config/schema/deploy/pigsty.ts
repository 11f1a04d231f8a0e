import type * as z from 'zod';
import { section } from '../section.ts';

/** What only this target needs. */
export const pigstySchema = section({}).meta({ description: 'Settings of `holdfast render pigsty`.' });

export type PigstySettings = z.output<typeof pigstySchema>;
