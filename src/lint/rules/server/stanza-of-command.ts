import type { EngineInvocation } from '../../facts.ts';
import type { PlacedText } from '../../lint-document.ts';
import type { LintProject } from '../../lint-rule.ts';
import { holdsPlaceholder } from '../../placeholder.ts';

/** True when a call that needs a stanza is given none: not as an option, not in the environment, not by a variable. */
export function lacksStanza(project: LintProject, { invocation, options }: EngineInvocation): boolean {
  const isGiven = (name: string): boolean => name.includes('PGBACKREST_STANZA');
  return (
    !options.some(({ name }) => name.value === 'stanza') &&
    !project.variables.some(({ name }) => isGiven(name.value)) &&
    !invocation.assignments.some(({ name }) => isGiven(name.value)) &&
    !invocation.wrappers.some(isGiven) &&
    // A word that is only known when it runs may be the option.
    !invocation.words.some((word) => word.unknown && !/[%=]/.test(word.value))
  );
}

/** A stanza that a call names and that the configuration does not have, and the ones that it has. */
export interface OtherStanza {
  readonly given: PlacedText;
  readonly configured: readonly string[];
}

/** Undefined when the stanza is right, or when it cannot be told. */
export function otherStanza(project: LintProject, { options }: EngineInvocation): OtherStanza | undefined {
  const given = options.find(({ name }) => name.value === 'stanza')?.value;
  if (given === undefined || given.unknown || options.some(({ name }) => name.value === 'pg1-path'))
    return undefined;
  const configured = configuredStanzas(project);
  if (configured.length === 0 || configured.includes(given.value) || configured.some(holdsPlaceholder))
    return undefined;
  return { given, configured };
}

/** Names of sections that are stanzas. */
function configuredStanzas(project: LintProject): readonly string[] {
  const sections = project.engineFiles
    .flatMap((file) => file.settings)
    .filter((setting) => setting.via === 'conf')
    .map((setting) => setting.section.split(':')[0] ?? '');
  return [...new Set(sections)].filter((name) => name !== '' && name !== 'global');
}
