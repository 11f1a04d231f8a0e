import { join } from 'node:path';
import type { Configuration } from '../../config/configuration.ts';
import { writeGeneratedText } from '../../engine/conf/conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { alertGroups } from './alert-groups.ts';
import { writeRules } from './write-rules.ts';

/** Where the files go, and how Prometheus calls Holdfast. */
export interface MonitoringTarget {
  /** Absolute, or empty for names alone. */
  readonly directory: string;
  /** User who gets the files. */
  readonly owner: string;
  /** `job_name` of the scrape of Holdfast. */
  readonly job: string;
}

/** What a monitoring system needs to know of this configuration: rules for Prometheus. No secret is in any of it. */
export function renderMonitoring(configuration: Configuration, target: MonitoringTarget): RenderedFile[] {
  const { directory, owner, job } = target;
  const advice = 'Do not edit: change that file and run `holdfast render monitoring` again.';
  return [
    {
      path: join(directory, 'prometheus', 'holdfast-rules.yml'),
      content: writeGeneratedText(writeRules(alertGroups(configuration, job)), configuration.file, advice),
      mode: 0o644,
      owner,
      secret: false,
    },
  ];
}
