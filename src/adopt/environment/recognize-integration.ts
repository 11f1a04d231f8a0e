import { Failure } from '../../model/failure.ts';
import { composeScheduler } from './compose-scheduler.ts';
import type { EnvironmentFile } from './environment-variable.ts';
import { integrationNames, type Integration, type IntegrationName } from './integration.ts';
import { kubernetesComposeVm } from './kubernetes-compose-vm.ts';
import { patroniAnsible } from './patroni-ansible.ts';
import { pigstySupabase } from './pigsty-supabase.ts';
import { setupService } from './setup-service.ts';

/** Every integration whose variables are taken. */
export const integrations: readonly Integration[] = [
  pigstySupabase,
  composeScheduler,
  kubernetesComposeVm,
  patroniAnsible,
  setupService,
];

/**
 * The integration that a file belongs to, by the names of its variables.
 *
 * @param wanted `--integration`
 * @throws Failure usage when the names are of two of them; nothing-found when they are of none
 */
export function recognizeIntegration(
  file: EnvironmentFile,
  wanted: IntegrationName | undefined,
): Integration {
  const named = integrations.find((integration) => integration.name === wanted);
  if (named !== undefined) return named;
  const marked = integrations.filter((integration) => namesOf(file, integration.marks).length > 0);
  const candidates = marked.length > 0 ? narrowDown(file, marked) : hinted(file);
  const [only, second] = candidates;
  if (only !== undefined && second === undefined) return only;
  const operation = 'recognize the integration by its variables';
  if (only === undefined) {
    throw new Failure('nothing-found', {
      operation,
      place: file.file,
      problem: 'none of the variables belongs to a backup that Holdfast knows',
      hint: `Name the integration with --integration: ${integrationNames.join(', ')}. Without a file, \`holdfast init\` asks.`,
    });
  }
  throw new Failure('usage', {
    operation,
    place: file.file,
    problem: `they are of several: ${candidates.map((each) => describeCandidate(file, each)).join('; ')}`,
    hint: `Choose one with --integration ${only.name}, or take the other's variables out of the file.`,
    details: { candidates: candidates.map(({ name }) => name) },
  });
}

/** The engine's own names of integration 2 mean nothing beside the type that the setup service has. */
function narrowDown(file: EnvironmentFile, marked: readonly Integration[]): readonly Integration[] {
  const strongest = marked.filter((integration) =>
    marked.every((other) => other === integration || !covers(file, other, integration)),
  );
  return strongest.length > 0 ? strongest : marked;
}

/** True when every mark of `inner` is a mark or hint of `outer`, which has more. */
function covers(file: EnvironmentFile, outer: Integration, inner: Integration): boolean {
  const all = new Set(namesOf(file, [...outer.marks, ...outer.hints]));
  const marks = namesOf(file, inner.marks);
  return marks.every((name) => all.has(name)) && all.size > marks.length;
}

/** Those with the most names that others use too. */
function hinted(file: EnvironmentFile): readonly Integration[] {
  const counts = integrations.map((integration) => ({
    integration,
    count: namesOf(file, integration.hints).length,
  }));
  const most = Math.max(...counts.map(({ count }) => count));
  return most === 0 ? [] : counts.filter(({ count }) => count === most).map(({ integration }) => integration);
}

function namesOf(file: EnvironmentFile, patterns: readonly RegExp[]): readonly string[] {
  return [...file.variables.keys()].filter((name) => patterns.some((pattern) => pattern.test(name)));
}

function describeCandidate(file: EnvironmentFile, integration: Integration): string {
  const names = namesOf(file, [...integration.marks, ...integration.hints]);
  return `${integration.name} (${names.slice(0, 3).join(', ')})`;
}
