import { archiveFindings } from './archive-findings.ts';
import { archivingFindings } from './archiving-findings.ts';
import { daemonFindings } from './daemon-findings.ts';
import { deliveryFindings } from './delivery-findings.ts';
import type { FindingMeaning } from './finding-meaning.ts';
import { forecastFindings } from './forecast-findings.ts';
import { hostFindings } from './host-findings.ts';
import { objectiveFindings } from './objective-findings.ts';
import { positionFindings } from './position-findings.ts';
import { runFindings } from './run-findings.ts';
import { setFindings } from './set-findings.ts';

/** A family of rules, as one chapter of docs/findings.md. */
export interface FindingFamily {
  readonly title: string;
  readonly findings: readonly FindingMeaning[];
}

/** In the order of docs/findings.md. */
export const findingFamilies: readonly FindingFamily[] = [
  { title: 'The daemon', findings: daemonFindings },
  { title: 'Alerts', findings: deliveryFindings },
  { title: 'Backup sets', findings: setFindings },
  { title: 'WAL archives and windows', findings: archiveFindings },
  { title: 'The primary and its position', findings: positionFindings },
  { title: 'Objectives', findings: objectiveFindings },
  { title: 'Forecasts', findings: forecastFindings },
  { title: 'Jobs and schedules', findings: runFindings },
  { title: 'Archiving, as holdfast check tries it', findings: archivingFindings },
  { title: 'The host, as holdfast check sees it', findings: hostFindings },
];

const byRule = new Map(
  findingFamilies.flatMap(({ findings }) => findings.map((meaning) => [meaning.rule, meaning] as const)),
);

/** What is documented of a rule. @returns undefined for one that this version does not have (a finding of an older one) */
export function findMeaning(rule: string): FindingMeaning | undefined {
  return byRule.get(rule);
}
