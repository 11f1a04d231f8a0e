import type { LintFinding } from '../../lint/lint-finding.ts';
import type { Severity } from '../../model/finding.ts';
import { printable } from './printable.ts';
import { wrapText } from './wrap-text.ts';

/** How the report is printed. */
export interface LintReportStyle {
  readonly color: boolean;
  readonly columns: number;
}

const colors: Readonly<Record<Severity | 'dim' | 'bold', string>> = {
  critical: '31',
  warning: '33',
  advice: '36',
  dim: '2',
  bold: '1',
};

/**
 * Findings for people, by file. What really happens is told with the first finding of a rule in a file.
 *
 * @returns text that ends with a newline; empty when there are no findings
 */
export function lintReport(findings: readonly LintFinding[], style: LintReportStyle): string {
  const paint = (text: string, color: keyof typeof colors): string =>
    style.color ? `\u001B[${colors[color]}m${text}\u001B[0m` : text;
  const files = Map.groupBy(findings, (finding) => finding.position.file);
  const parts = [...files].map(([file, found]) => {
    const told = new Set<string>();
    const entries = found.map((finding) => {
      const first = !told.has(finding.rule);
      told.add(finding.rule);
      return describeFinding(finding, first, style.columns, paint);
    });
    return `${paint(printable(file), 'bold')}\n${entries.join('\n')}`;
  });
  return parts.length === 0 ? '' : `${parts.join('\n\n')}\n`;
}

type Paint = (text: string, color: keyof typeof colors) => string;

function describeFinding(finding: LintFinding, first: boolean, columns: number, paint: Paint): string {
  const { position, severity, rule, engineError, text } = finding;
  const error = engineError === undefined ? '' : `  error [${String(engineError).padStart(3, '0')}]`;
  const rows: (readonly [string, string])[] = [
    ['wrong', finding.problem],
    ['really', first ? finding.consequence : 'as above'],
    ['instead', finding.remedy],
    ['see', finding.documentation],
  ];
  return [
    `  ${position.line}:${position.column}  ${paint(severity, severity)}  ${paint(rule, 'bold')}${error}`,
    `      ${paint(printable(text), 'dim')}`,
    ...rows.flatMap(([name, value]) => foldRow(name, value, columns)),
  ].join('\n');
}

function foldRow(name: string, value: string, columns: number): string[] {
  const lines = value.split('\n').flatMap((line) => wrapText(printable(line), Math.max(40, columns - 15)));
  return lines.map((line, index) => `      ${(index === 0 ? name : '').padEnd(8)} ${line}`.trimEnd());
}

/** `3 findings in 2 files: 1 critical, 2 warnings`. */
export function countFindings(findings: readonly LintFinding[]): string {
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const files = new Set(findings.map((finding) => finding.position.file)).size;
  const [critical, warnings, advice] = [count('critical'), count('warning'), count('advice')];
  const kinds = [
    ...(critical > 0 ? [`${critical} critical`] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(advice > 0 ? [`${advice} advice`] : []),
  ];
  return `${plural(findings.length, 'finding')} in ${plural(files, 'file')}: ${kinds.join(', ')}`;
}

/** `1 file`, `2 files`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
