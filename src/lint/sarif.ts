import { relative } from 'node:path';
import type { Severity } from '../model/finding.ts';
import { editOf } from './apply-fixes.ts';
import type { LintDocument } from './lint-document.ts';
import type { LintFinding } from './lint-finding.ts';
import type { RuleDescription } from './lint-rule.ts';
import { endPositionOf } from './place-position.ts';

/** What a SARIF log is made of. */
export interface SarifInput {
  readonly findings: readonly LintFinding[];
  readonly rules: readonly RuleDescription[];
  /** Holdfast's own version. */
  readonly version: string;
  /** Absolute path that file names are made relative to. */
  readonly directory: string;
}

const levels = { critical: 'error', warning: 'warning', advice: 'note' } as const satisfies Record<
  Severity,
  string
>;

/**
 * Findings as SARIF 2.1.0, which code hosts and editors show beside the lines.
 *
 * Source of the form: OASIS, Static Analysis Results Interchange Format 2.1.0, sarif-schema-2.1.0.json.
 *
 * @returns a document for JSON.stringify
 */
export function toSarif(input: SarifInput): Record<string, unknown> {
  const known = new Map(input.rules.map((rule) => [rule.name, describeRule(rule)]));
  for (const finding of input.findings) {
    if (!known.has(finding.rule)) known.set(finding.rule, describeForeignRule(finding));
  }
  const names = [...known.keys()];
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'holdfast lint', semanticVersion: input.version, rules: [...known.values()] },
        },
        columnKind: 'utf16CodeUnits',
        results: input.findings.map((finding) =>
          describeResult(finding, names.indexOf(finding.rule), input.directory),
        ),
      },
    ],
  };
}

function describeRule(rule: RuleDescription): Record<string, unknown> {
  const link = `[docs/lint.md#${rule.name}](docs/lint.md#${rule.name})`;
  return {
    id: rule.name,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.consequence },
    defaultConfiguration: { level: levels[rule.severity] },
    help: {
      text: `${rule.consequence}\n\nCorrect form:\n\n${rule.correct}\n\nSee docs/lint.md#${rule.name}`,
      markdown: `${rule.consequence}\n\nCorrect form:\n\n\`\`\`\n${rule.correct.trim()}\n\`\`\`\n\n${link}`,
    },
  };
}

/** A rule of holdfast.yaml or the engine's own verdict, which have no description but the finding's. */
function describeForeignRule(finding: LintFinding): Record<string, unknown> {
  return {
    id: finding.rule,
    shortDescription: { text: finding.rule },
    fullDescription: { text: finding.consequence },
    defaultConfiguration: { level: levels[finding.severity] },
    help: {
      text: `See ${finding.documentation}`,
      markdown: `[${finding.documentation}](${finding.documentation})`,
    },
  };
}

function describeResult(finding: LintFinding, ruleIndex: number, directory: string): Record<string, unknown> {
  const { position, end } = finding;
  const error =
    finding.engineError === undefined ? '' : ` (error [${String(finding.engineError).padStart(3, '0')}])`;
  const fix = describeFix(finding, directory);
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: levels[finding.severity],
    message: { text: `${finding.problem}${error}. ${finding.consequence} ${finding.remedy}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(position.file, directory) },
          region: {
            startLine: position.line,
            startColumn: position.column,
            endLine: end.line,
            endColumn: end.column,
          },
        },
      },
    ],
    ...(fix === undefined ? {} : { fixes: [fix] }),
  };
}

function describeFix(
  { fix, remedy, position }: LintFinding,
  directory: string,
): Record<string, unknown> | undefined {
  const edit = fix && editOf(fix);
  if (fix === undefined || edit === undefined) return undefined;
  const document: LintDocument = fix.place.document.root;
  const start = document.positionOf(edit.start);
  const end = endPositionOf({ document, start: edit.start, end: edit.end });
  return {
    description: { text: remedy },
    artifactChanges: [
      {
        artifactLocation: { uri: uriOf(position.file, directory) },
        replacements: [
          {
            deletedRegion: {
              startLine: start.line,
              startColumn: start.column,
              endLine: end.line,
              endColumn: end.column,
            },
            insertedContent: { text: edit.replacement },
          },
        ],
      },
    ],
  };
}

/** A reference that is relative where the file lies below the directory, with every sign that needs it escaped. */
function uriOf(file: string, directory: string): string {
  const below = file.startsWith('/') ? relative(directory, file) : file;
  const isOutside = below.startsWith('..');
  const path = isOutside ? file : below;
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  return isOutside ? `file://${escaped}` : escaped;
}
