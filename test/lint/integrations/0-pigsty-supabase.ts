import type { ExpectedFinding } from './expected-finding.ts';

/** Everything that is wrong in the fenced blocks of 0-pigsty-supabase.md, found by reading it. */
export const expected: readonly ExpectedFinding[] = [
  // A second entry of pgbackrest_repo, of which Pigsty renders one.
  [50, 'pigsty-repository-unused'],
  // "retention (days)", and no type: it counts full backups.
  [55, 'retention-full-counts-backups'],
  // Variables of their own with the engine's prefix. PGBACKREST_CIPHER_PASS is none of them: the engine has an option
  // of that name for its commands on repositories, and takes it without a word.
  [67, 'variable-not-an-option'],
  [67, 'variable-not-an-option'],
  [68, 'variable-not-an-option'],
  [68, 'variable-not-an-option'],
  [68, 'variable-not-an-option'],
  [69, 'variable-not-an-option'],
  [69, 'variable-not-an-option'],
  [70, 'variable-becomes-option'],
  [71, 'variable-not-an-option'],
  [71, 'variable-not-an-option'],
  [108, 'variable-not-an-option'],
  [109, 'variable-not-an-option'],
  [111, 'variable-becomes-option'],
  [112, 'variable-not-an-option'],
  [113, 'variable-not-an-option'],
  [120, 'variable-not-an-option'],
  [121, 'variable-not-an-option'],
  [124, 'variable-not-an-option'],
  [125, 'variable-not-an-option'],
  [126, 'variable-not-an-option'],
  [127, 'variable-not-an-option'],
  [128, 'variable-not-an-option'],
  [132, 'variable-becomes-option'],
  [135, 'variable-not-an-option'],
  [136, 'variable-not-an-option'],
  [145, 'variable-not-an-option'],
  [146, 'variable-not-an-option'],
  [147, 'variable-not-an-option'],
  [148, 'variable-not-an-option'],
  [149, 'variable-not-an-option'],
  // Variables that Pigsty 4 does not have.
  [161, 'pigsty-variable-removed'],
  [163, 'pigsty-variable-removed'],
  // Only the entry that pgbackrest_method names is rendered: there is no repo2.
  [168, 'pigsty-repository-unused'],
  [271, 'data-directory-removed'],
  [272, 'patroni-state-kept'],
  [272, 'repository-not-there'],
  [279, 'data-directory-removed'],
  [280, 'backup-after-point-in-time'],
  [280, 'patroni-state-kept'],
  [282, 'repository-not-there'],
  [283, 'restore-target-without-action'],
  [284, 'restore-target-without-zone'],
  [314, 'repository-not-there'],
  // check takes no --repo.
  [380, 'engine-option-refused'],
  [415, 'variable-not-an-option'],
  [416, 'variable-not-an-option'],
  [417, 'variable-not-an-option'],
  [430, 'pigsty-playbook-renamed'],
];
