import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completionScript } from './completion-script.ts';
import { commandDefinitions } from './definitions/all.ts';

/** What bash offers for a line with the cursor at its end. */
function completeInBash(words: readonly string[]): string[] {
  const script = `${completionScript('bash', commandDefinitions)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const result = spawnSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  return result.stdout.split('\n').filter((line) => line !== '');
}

describe('completionScript', () => {
  it('is a script that bash can read', () => {
    const result = spawnSync('bash', ['-n'], {
      input: completionScript('bash', commandDefinitions),
      encoding: 'utf8',
    });
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
  });

  it('completes commands, options and values in bash', () => {
    expect(completeInBash(['holdfast', 're'])).toEqual([
      'render',
      'retention',
      'reload',
      'restore',
      'rescue',
      'report',
    ]);
    expect(completeInBash(['holdfast', 'backup', '--ty'])).toEqual(['--type']);
    expect(completeInBash(['holdfast', 'backup', '--type', ''])).toEqual(['full', 'diff', 'incr']);
    expect(completeInBash(['holdfast', '--json', 'completion', 'z'])).toEqual(['zsh']);
    expect(completeInBash(['holdfast', 'restore', '--into', '/et'])).toEqual(['/etc']);
  });

  it('names every command and option for zsh and fish', () => {
    for (const shell of ['zsh', 'fish'] as const) {
      const script = completionScript(shell, commandDefinitions);
      for (const definition of commandDefinitions) {
        expect(script).toContain(definition.name);
        for (const option of definition.options) expect(script).toContain(option.name);
      }
    }
  });
});
