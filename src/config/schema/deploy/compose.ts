import type * as z from 'zod';
import { section } from '../section.ts';

/** What only this target needs. */
export const composeSchema = section({}).meta({ description: 'Settings of `holdfast render compose`.' });

export type ComposeSettings = z.output<typeof composeSchema>;
