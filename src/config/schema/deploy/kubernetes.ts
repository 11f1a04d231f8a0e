import type * as z from 'zod';
import { section } from '../section.ts';

/** What only this target needs. */
export const kubernetesSchema = section({}).meta({
  description: 'Settings of `holdfast render kubernetes`.',
});

export type KubernetesSettings = z.output<typeof kubernetesSchema>;
