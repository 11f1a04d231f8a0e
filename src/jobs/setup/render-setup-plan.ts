import type { SetupPlan, SetupStep, SetupStepState } from './setup-plan.ts';

const marks: Readonly<Record<SetupStepState, string>> = {
  done: 'done         ',
  'to-do': 'to do        ',
  'needs-consent': 'needs consent',
  'needs-restart': 'needs restart',
  waiting: 'waiting      ',
  skipped: 'not here     ',
};

/** A plan for people: one line a step, the reason and the plain commands below what is not done. */
export function renderSetupPlan(plan: SetupPlan): string {
  const lines = plan.steps.flatMap(renderStep);
  const open = plan.steps.filter(({ state }) => state !== 'done' && state !== 'skipped').length;
  const summary = open === 0 ? 'everything is set up' : `${open} of ${plan.steps.length} steps are not done`;
  return [`setup of stanza ${plan.stanza}: ${summary}`, '', ...lines].join('\n');
}

function renderStep(step: SetupStep): string[] {
  const head = `  ${marks[step.state]}  ${step.title}`;
  if (step.state === 'done') return [head];
  return [
    head,
    indent(step.reason),
    ...(step.difference ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => indent(`  ${line}`)),
    ...step.commands.map((command) => indent(`$ ${command}`)),
  ];
}

function indent(text: string): string {
  return `                 ${text}`;
}
