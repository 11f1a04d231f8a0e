import type { DocumentFacts } from '../facts.ts';
import type { DocumentKind, LintDocument } from '../lint-document.ts';
import { readAnsible } from './ansible/read-ansible.ts';
import { readCompose } from './compose/read-compose.ts';
import { readConsul } from './consul/read-consul.ts';
import { readHoldfast } from './holdfast/read-holdfast.ts';
import { readKubernetes } from './kubernetes/read-kubernetes.ts';
import { readMarkdown } from './markdown/read-markdown.ts';
import { readPatroni } from './patroni/read-patroni.ts';
import { readPigsty } from './pigsty/read-pigsty.ts';
import { readPython } from './pigsty/read-python.ts';
import { readPrometheusRules } from './prometheus/read-prometheus-rules.ts';
import { readEnvironment } from './read-environment.ts';
import { readPgbackrestConf } from './read-pgbackrest-conf.ts';
import { readPostgresqlConf } from './read-postgresql-conf.ts';
import { readCrontab } from './shell/read-crontab.ts';
import { readDockerfile } from './shell/read-dockerfile.ts';
import { readShell } from './shell/read-shell.ts';
import { readSystemdUnit } from './shell/read-systemd-unit.ts';

/** Reads a document of one kind. Pure; never throws: what cannot be read is told in `unreadable`. */
export type Reader = (document: LintDocument) => DocumentFacts;

/** One entry a kind; a kind without a reader has no facts. */
export const readers: Partial<Record<DocumentKind, Reader>> = {
  ansible: readAnsible,
  compose: readCompose,
  consul: readConsul,
  crontab: readCrontab,
  dockerfile: readDockerfile,
  environment: readEnvironment,
  holdfast: readHoldfast,
  kubernetes: readKubernetes,
  markdown: readMarkdown,
  patroni: readPatroni,
  'pgbackrest-conf': readPgbackrestConf,
  pigsty: readPigsty,
  'postgresql-conf': readPostgresqlConf,
  'prometheus-rules': readPrometheusRules,
  python: readPython,
  shell: readShell,
  'systemd-unit': readSystemdUnit,
};
