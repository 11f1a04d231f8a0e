import { describe, expect, it } from 'vitest';
import { parseEngineVersion, type EngineVersion } from '../model/engine-version.ts';
import { judgeHoldfastFile } from './judge-holdfast-file.ts';

const version = parseEngineVersion('2.45') as EngineVersion;

describe('judgeHoldfastFile', () => {
  it('tells problems in the form of lint: errors are critical', () => {
    const text = `stanzas:
  main:
    postgres: { pth: /x }
    repositories: { local: { type: posix, path: /r } }
`;
    const { findings, configuration } = judgeHoldfastFile(text, 'holdfast.yaml', version);
    expect(configuration).toBeUndefined();
    const found = findings.find(({ rule }) => rule === 'holdfast-unknown-key');
    expect(found).toMatchObject({
      severity: 'critical',
      position: { file: 'holdfast.yaml', line: 3 },
      documentation: 'docs/lint.md#holdfast-yaml',
    });
  });

  it('gives the configuration when there are only warnings, and shows no secret', () => {
    const text = `stanzas:
  main:
    postgres: { path: /x/15/main }
    repositories:
      local: { type: posix, path: /r, retention: { full: 2 }, encryption: { passphrase: "hunter2-hunter2" } }
`;
    const { findings, configuration } = judgeHoldfastFile(text, 'holdfast.yaml', version);
    expect(configuration?.stanzas).toHaveLength(1);
    expect(findings.map(({ rule, severity }) => [rule, severity])).toContainEqual([
      'holdfast-literal-secret',
      'warning',
    ]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });
});
