import { describe, expect, it } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import { global, pushes, script } from '../../../../test/support/rule-cases.ts';
import { configurationRules } from './configuration-rules.ts';

describe('rules about configuration', () => {
  it('finds nothing in a good configuration', () => {
    const files = {
      ...global(
        'repo1-path=/var/lib/pgbackrest',
        'repo1-retention-full=2',
        'repo2-type=s3',
        'repo2-path=/main',
        'repo2-s3-bucket=b',
        'repo2-s3-endpoint=s3.eu-central-1.amazonaws.com',
        'repo2-s3-region=eu-central-1',
        'repo2-s3-key={{ key }}',
        'repo2-s3-key-secret={{ secret }}',
        'repo2-cipher-type=aes-256-cbc',
        'repo2-cipher-pass={{ pass }}',
        'repo2-retention-full-type=time',
        'repo2-retention-full=14',
        'compress-type=zst',
        'start-fast=y',
        '[global:archive-push]',
        'process-max=4',
        '[main]',
        'pg1-path=/var/lib/postgresql/15/main',
      ),
      ...pushes,
      ...script(
        'pgbackrest --stanza=main --repo=1 backup',
        'pgbackrest --stanza=main --repo=2 --type=full backup',
      ),
    };
    for (const rule of configurationRules.rules) expect(judgeRule(rule, files), rule.name).toEqual([]);
  });
});
