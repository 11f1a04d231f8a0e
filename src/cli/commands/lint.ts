import { defaultEngineSettings } from '../../config/schema/file.ts';
import type { Engine } from '../../engine/engine.ts';
import type { DocumentKind } from '../../lint/lint-document.ts';
import type { LintFinding } from '../../lint/lint-finding.ts';
import { allRules } from '../../lint/rules/all-families.ts';
import { toSarif } from '../../lint/sarif.ts';
import { describeHostPlaces } from '../../lint/sources/collect-host.ts';
import type { CollectedInputs, LintInput } from '../../lint/sources/lint-input.ts';
import {
  compareEngineVersions,
  parseEngineVersion,
  supportedEngineMinors,
  type EngineVersion,
} from '../../model/engine-version.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import { findingsExitCode } from '../../model/finding.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { installedEngine } from '../installed-engine-version.ts';
import { readFindingFilter, type FindingFilter } from '../lint/choose-findings.ts';
import { gatherInputs } from '../lint/gather-inputs.ts';
import { judgeWithEngine } from '../lint/judge-with-engine.ts';
import { judgeInputs, type InputJudgement } from '../lint/judge-inputs.ts';
import { planFixes, type FileFix } from '../lint/plan-fixes.ts';
import { writeFixes } from '../lint/write-fixes.ts';
import { formatTable } from '../output/format-table.ts';
import { toJsonText } from '../output/json-text.ts';
import { countFindings, lintReport, plural } from '../output/lint-report.ts';
import { readPackageVersion } from '../package-version.ts';
import { readEngineVersion } from '../read-engine-version.ts';

/** `holdfast lint`. */
export const run: CommandModule['run'] = async (input, context) => {
  if (input.flag('rules')) return listRules();
  const names = input.arguments('path');
  if (input.flag('fix') && names.includes('-')) throw stdinFailure();
  const as = input.value('as') as DocumentKind | undefined;
  const filter = readFindingFilter(
    input,
    allRules.map((rule) => rule.name),
  );
  const engine = await findEngine(context);
  const version = readEngineVersion(input.value('engine')) ?? engine?.version ?? newestVersion();
  const collected = await gatherInputs(names, as !== undefined, context);
  const settings = { engineVersion: version, as };
  const judgement = judgeInputs(collected.inputs, settings);
  requireSomething(judgement, names, collected);
  const fixes = planFixes(judgement.findings.filter(filter), collected.inputs, judgement.hide);
  if (input.flag('fix')) await writeFixes(fixes.files);
  const left = input.flag('fix')
    ? judgeInputs(fixedInputs(collected.inputs, fixes.files), settings)
    : judgement;
  const judge = input.flag('no-engine') ? undefined : engine;
  const last =
    judge !== undefined && compareEngineVersions(judge.version, version) === 0
      ? await judgeWithEngine(left, judge)
      : left;
  const notes = [
    ...engineNotes(input, engine, version),
    ...(names.length === 0 ? hostNotes(last) : []),
    ...collected.notes,
    ...unreadNotes(last),
  ];
  return present({ input, context, judgement: last, filter, version, notes, fixes });
};

interface Outcome {
  readonly input: CommandInput;
  readonly context: CommandContext;
  readonly judgement: InputJudgement;
  readonly filter: FindingFilter;
  readonly version: EngineVersion;
  readonly notes: readonly string[];
  readonly fixes: ReturnType<typeof planFixes>;
}

function present(outcome: Outcome): CommandResult {
  const { input, context, judgement, filter, version, notes, fixes } = outcome;
  const findings = judgement.findings.filter(filter);
  const exitCode = findingsExitCode(findings);
  const files = judgedFiles(judgement);
  const shown = input.flag('fix') || input.flag('diff') ? fixes.files : [];
  const data = {
    engineVersion: version.text,
    files,
    findings: findings.map(findingToJson),
    ignored: judgement.ignored,
    fixes: shown.map((fix) => ({
      file: fix.input.file,
      changes: fix.count,
      diff: fix.diff,
      written: input.flag('fix'),
    })),
    notes,
  };
  if (!context.globals.json) for (const note of notes) context.terminal.printNote(`holdfast: ${note}`);
  if (input.value('format') === 'sarif') {
    const sarif = toSarif({
      findings,
      rules: allRules,
      version: readPackageVersion(import.meta.dirname),
      directory: process.cwd(),
    });
    return { data: { ...data, sarif }, text: toJsonText(sarif), exitCode };
  }
  const style = {
    color: context.terminal.color && process.stdout.isTTY,
    columns: context.terminal.columns,
  };
  const diffs = shown.map((fix) => fix.diff).join('');
  const text = [lintReport(findings, style), diffs, summary(outcome, findings, files.length)];
  return { data, text: text.filter((part) => part !== '').join('\n'), exitCode };
}

function summary(outcome: Outcome, findings: readonly LintFinding[], files: number): string {
  const { input, judgement, fixes, version } = outcome;
  const changes = fixes.files.reduce((sum, fix) => sum + fix.count, 0);
  const parts = [
    findings.length === 0
      ? `nothing wrong in ${plural(files, 'file')}, judged for pgBackRest ${version.text}`
      : `${countFindings(findings)}; ${plural(files, 'file')} judged for pgBackRest ${version.text}`,
    ...(judgement.ignored > 0 ? [`${judgement.ignored} left out by comments`] : []),
    ...(input.flag('fix')
      ? [`${plural(changes, 'change')} made in ${plural(fixes.files.length, 'file')}`]
      : []),
    ...(!input.flag('fix') && changes > 0 ? [`--fix corrects ${changes}`] : []),
    ...(fixes.refused > 0 ? [`${plural(fixes.refused, 'more correction')} cannot be made here`] : []),
  ];
  return `${parts.join('; ')}\n`;
}

function findingToJson(finding: LintFinding): Record<string, unknown> {
  const { fix, ...rest } = finding;
  return { ...rest, fixable: fix !== undefined };
}

function judgedFiles({
  project,
}: InputJudgement): readonly { readonly file: string; readonly kind: string }[] {
  return project.documents.flatMap(({ document }) =>
    document.container === undefined && document.kind !== 'unknown'
      ? [{ file: document.file, kind: document.kind }]
      : [],
  );
}

/** A text that nothing can be said of is no text in which nothing is wrong. */
function requireSomething(
  judgement: InputJudgement,
  names: readonly string[],
  collected: CollectedInputs,
): void {
  if (judgedFiles(judgement).length > 0) return;
  throw new Failure('nothing-found', {
    operation: 'look for files that can be judged',
    place: names.length === 0 ? 'this host' : names.join(', '),
    problem: collected.inputs.length === 0 ? 'there are none' : 'it is not known what kind of file this is',
    hint: 'Name files or directories. Say with --as what a file is where its name and content do not tell.',
    details: { notes: collected.notes },
  });
}

function fixedInputs(inputs: readonly LintInput[], files: readonly FileFix[]): readonly LintInput[] {
  const texts = new Map(files.map((fix) => [fix.input.file, fix.text]));
  return inputs.map((input) => ({ ...input, text: texts.get(input.file) ?? input.text }));
}

function unreadNotes({ project }: InputJudgement): readonly string[] {
  return project.documents.flatMap(({ document, unreadable }) =>
    (unreadable ?? []).map(({ place, problem }) => {
      const { line } = document.positionOf(place.start);
      return `${document.file}:${line}: not read: ${problem}`;
    }),
  );
}

function stdinFailure(): Failure {
  return new Failure('usage', {
    operation: 'fix what is read from stdin',
    problem: 'there is no file that could be written',
    hint: 'Use --diff, which prints the difference; patch takes it.',
  });
}

/** Without names nobody knows what was judged unless it is told. */
function hostNotes(judgement: InputJudgement): readonly string[] {
  return [
    `looked for holdfast.yaml, for the clusters of this host, and in ${describeHostPlaces()}`,
    ...judgedFiles(judgement).map(({ file, kind }) => `judged: ${file} (${kind})`),
  ];
}

/** An engine that is too old to work with is told of by the other commands; files can be judged all the same. */
async function findEngine(context: CommandContext): Promise<Engine | undefined> {
  try {
    return await installedEngine(context, defaultEngineSettings());
  } catch (error) {
    if (isFailure(error, 'engine-unsupported')) return undefined;
    throw error;
  }
}

function newestVersion(): EngineVersion {
  return parseEngineVersion(`2.${supportedEngineMinors.newest}`) as EngineVersion;
}

function engineNotes(
  input: CommandInput,
  engine: Engine | undefined,
  version: EngineVersion,
): readonly string[] {
  if (input.flag('no-engine')) return [];
  if (engine !== undefined) {
    if (compareEngineVersions(engine.version, version) === 0) return [];
    return [`the installed pgbackrest is ${engine.version.text}: it did not judge for ${version.text}`];
  }
  if (input.value('engine') !== undefined) return [];
  return [`pgbackrest is not installed here: judged for ${version.text}, the newest that is known`];
}

function listRules(): CommandResult {
  const rules = allRules.map(({ name, severity, title }) => ({ name, severity, title }));
  return {
    data: { rules: rules.map((rule) => ({ ...rule, documentation: `docs/lint.md#${rule.name}` })) },
    text: formatTable(
      [{ title: 'rule' }, { title: 'severity' }, { title: 'what is wrong' }],
      rules.map(({ name, severity, title }) => [name, severity, title]),
    ),
  };
}
