import { allRepositories, type RuleContext, type RuleFinding } from './rule.ts';

/** What leaves the host should be encrypted: whoever reads the repository reads the database. */
export function* checkEncryption({ file }: RuleContext): Iterable<RuleFinding> {
  for (const { name, repository, path } of allRepositories(file)) {
    const remote = repository.host !== undefined || !['posix', 'cifs'].includes(repository.type);
    if (!remote || repository.encryption !== undefined) continue;
    yield {
      rule: 'not-encrypted',
      severity: 'warning',
      path: [...path, 'encryption'],
      problem: `repository \`${name}\` is on another machine and not encrypted`,
      remedy:
        'Add `encryption: { passphrase: file:/path }` before the first backup: it cannot be added later.',
    };
  }
}
