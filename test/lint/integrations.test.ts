import { describe, expect, it } from 'vitest';
import { judgeProject } from '../../src/lint/judge-project.ts';
import { readProject } from '../../src/lint/read-project.ts';
import { parseEngineVersion, type EngineVersion } from '../../src/model/engine-version.ts';
import { integrationFiles, readIntegration } from '../support/integration-documents.ts';
import { expected as pigsty } from './integrations/0-pigsty-supabase.ts';
import { expected as scheduler } from './integrations/1-compose-scheduler.ts';
import { expected as kubernetes } from './integrations/2-kubernetes-compose-vm.ts';
import { expected as patroni } from './integrations/3-patroni-ansible-consul.ts';
import { expected as multicloud } from './integrations/4-setup-service-multicloud.ts';
import type { ExpectedFinding } from './integrations/expected-finding.ts';

/** By the number in front of the name. */
const expectations: readonly (readonly ExpectedFinding[])[] = [
  pigsty,
  scheduler,
  kubernetes,
  patroni,
  multicloud,
];

function found(file: (typeof integrationFiles)[number]): string[] {
  const engineVersion = parseEngineVersion('2.45') as EngineVersion;
  const project = readProject([{ file, text: readIntegration(file) }], {
    engineVersion,
    fileFacts: () => undefined,
  });
  return judgeProject(project).findings.map(({ position, rule }) => `${position.line} ${rule}`);
}

describe('the five integrations', () => {
  it.each(integrationFiles.map((file, number) => [file, expectations[number] ?? []] as const))(
    '%s: everything that is wrong is found, and nothing else',
    (file, expected) => {
      expect(found(file).toSorted()).toEqual(expected.map(([line, rule]) => `${line} ${rule}`).toSorted());
    },
  );
});
