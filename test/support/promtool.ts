import { spawnSync } from 'node:child_process';
import { monitoringTool } from './monitoring-tools.ts';

/** What promtool said. */
export interface PromtoolVerdict {
  readonly ok: boolean;
  /** Both of its outputs. */
  readonly output: string;
}

/** `promtool check metrics`: whether a page of metrics is what Prometheus wants, names and helps included. */
export function checkMetricsText(text: string): PromtoolVerdict {
  return promtool(['check', 'metrics'], { input: text });
}

/** `promtool check rules`: whether Prometheus would load a file of rules. */
export function checkRulesFile(path: string): PromtoolVerdict {
  return promtool(['check', 'rules', path]);
}

/** `promtool test rules`: whether rules do what their tests say. */
export function testRules(path: string): PromtoolVerdict {
  return promtool(['test', 'rules', path]);
}

function promtool(args: readonly string[], { input = '' }: { input?: string } = {}): PromtoolVerdict {
  const ended = spawnSync(monitoringTool('promtool'), args, {
    input,
    encoding: 'utf8',
    cwd: '/',
    timeout: 120_000,
    maxBuffer: 256 * 1024 * 1024,
  });
  if (ended.error) throw ended.error;
  return { ok: ended.status === 0, output: `${ended.stdout}${ended.stderr}` };
}
