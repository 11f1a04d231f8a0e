import type * as z from 'zod';
import { section } from '../section.ts';

/** What only this target needs. */
export const systemdSchema = section({}).meta({ description: 'Settings of `holdfast render systemd`.' });

export type SystemdSettings = z.output<typeof systemdSchema>;
