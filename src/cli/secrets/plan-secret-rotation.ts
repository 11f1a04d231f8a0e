import { readFile } from 'node:fs/promises';
import { planRotation } from '../../secrets/plan-rotation.ts';
import type { RotationPlan, RotationStep } from '../../secrets/rotation-plan.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { wrapText } from '../output/wrap-text.ts';
import { chooseRepository } from './choose-repository.ts';

/** `holdfast secrets rotate-plan`. */
export async function planSecretRotation(
  input: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const [configuration, stanza] = [await context.configuration(), await context.stanza()];
  const plan = planRotation({
    configuration,
    text: await readFile(configuration.file, 'utf8'),
    stanza,
    repository: chooseRepository(stanza, input.value('repository')),
    now: new Date(context.now()),
  });
  return { data: { plan }, text: describePlan(plan, context.terminal.columns) };
}

function describePlan(plan: RotationPlan, width: number): string {
  const { overlap } = plan;
  const until =
    overlap.until === undefined
      ? 'no date can be given'
      : `until ${overlap.until.slice(0, 16)}Z at the earliest`;
  return [
    `Another passphrase for repository ${plan.repository} of stanza ${plan.stanza}: nothing is done, this is the plan.\n`,
    ...paragraph(
      `pgBackRest cannot change the passphrase of a repository. Repository ${plan.newRepository.name} takes over, and both are kept: ${until}. ${overlap.reason}`,
      '',
      width,
    ),
    ...plan.steps.flatMap((step, index) => ['\n', ...describeStep(step, index + 1, width)]),
    '\n',
    ...plan.warnings.flatMap((warning) => paragraph(`warning: ${warning}`, '', width)),
  ].join('');
}

function describeStep(step: RotationStep, number: number, width: number): string[] {
  const when = step.notBefore === undefined ? '' : ` (not before ${step.notBefore.slice(0, 16)}Z)`;
  return [
    `${number}. ${step.title}${when}\n`,
    ...paragraph(step.why, '   ', width),
    ...(step.diff === undefined
      ? []
      : step.diff
          .trimEnd()
          .split('\n')
          .map((line) => `     ${line}\n`)),
    ...step.commands.map((command) => `   $ ${command}\n`),
  ];
}

function paragraph(text: string, indent: string, width: number): string[] {
  return wrapText(text, width - indent.length).map((line) => `${indent}${line}\n`);
}
