import type { EngineInvocation } from '../../facts.ts';
import type { LintProject } from '../../lint-rule.ts';

/**
 * Calls of `backup` that something makes by itself: a schedule, a unit, a task, a script. What a document shows as a
 * command to be typed says nothing of what runs.
 */
export function runningBackups(project: LintProject): readonly EngineInvocation[] {
  return project.engineInvocations.filter(({ command, invocation }) => {
    if (command?.value !== 'backup') return false;
    return invocation.use !== 'shell' || invocation.place.document.root.kind !== 'markdown';
  });
}

/** A line that is exchanged for several before the engine reads the file, so that nothing is surely missing in it. */
export function hasOpenLine(text: string): boolean {
  return /^[ \t]*(?:\$\{?\w+[^\n}]*\}?|@[A-Z][A-Z0-9_]*@|\{\{[^\n]*\}\}|\{%-?\s*include\b[^\n]*)[ \t]*\r?$/m.test(
    text,
  );
}
