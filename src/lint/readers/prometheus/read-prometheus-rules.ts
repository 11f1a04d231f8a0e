import type { DocumentFacts } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';
import { readYaml } from '../yaml/read-yaml.ts';

/** Reads a rule file of Prometheus, or only its rules: what its expressions say is for rules to read. */
export function readPrometheusRules(document: LintDocument): DocumentFacts {
  const { values, unreadable } = readYaml(document);
  return { document, yaml: values, unreadable };
}
