import { detectContent } from './detect-content.ts';
import type { DocumentKind } from './lint-document.ts';

/**
 * What a file is, by its name where that says it, and else by what stands in it. Endings of templates and examples
 * (`.j2`, `.example`) are looked through.
 *
 * @param file path or name; a hint of no meaning (`ini`) may be given as its ending
 */
export function detectKind(file: string, text: string): DocumentKind {
  const path = file
    .toLowerCase()
    .replace(/(\.(j2|jinja2?|tmpl|tpl|template|example|sample|dist|orig|bak))+$/, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  for (const [pattern, kind] of fileNames) if (pattern.test(path)) return correctKind(kind, text);
  if (/\.ya?ml$/.test(name)) return detectYamlFile(name, text);
  if (name.endsWith('.json')) return detectContent(text, 'json');
  if (/\.(conf|ini|cnf|sql|txt)$/.test(name)) return detectContent(text, 'ini');
  return detectContent(text, undefined);
}

/** Of the first that fits; each is held against the whole path in lower case. */
const fileNames: readonly (readonly [RegExp, DocumentKind])[] = [
  [/(^|\/)holdfast\.ya?ml$/, 'holdfast'],
  [/\.(md|markdown|mdx)$/, 'markdown'],
  [/\.(html?|astro|vue|[cm]?[jt]sx?|css|svg|xml|rst|adoc|go|rb|pl|pm|php|java|sls|lua|c|h)$/, 'unknown'],
  [
    /(^|\/)(tmpfiles|sshd?_config|sysusers|sysctl|limits|logrotate|modules-load|ld\.so\.conf|sudoers)\.d\//,
    'unknown',
  ],
  [/\.(service|timer)\.d\/[^/]+\.conf$/, 'systemd-unit'],
  [/(^|\/)pgbackrest[^/]*\.conf$/, 'pgbackrest-conf'],
  [/pgbackrest[^/]*\/conf\.d\/[^/]*\.conf$/, 'pgbackrest-conf'],
  [/(^|\/)(postgres(ql)?|recovery)[^/]*\.conf$/, 'postgresql-conf'],
  [/(^|\/)(\.env[^/]*|[^/]*\.env|env)$/, 'environment'],
  [/(^|\/)pigsty[^/]*\.ya?ml$/, 'pigsty'],
  [/\.(sh|bash|ksh|zsh)$/, 'shell'],
  [/\.py$/, 'python'],
  [/(^|\/)([^/.]*crontab[^/.]*(\.txt)?|cron\.d\/[^/]+|[^/]*\.cron)$/, 'crontab'],
  [/\.(service|timer|socket|path)$/, 'systemd-unit'],
  [/(^|\/)(docker-)?compose[^/]*\.ya?ml$/, 'compose'],
  [/(^|\/)((docker|container)file[^/]*|[^/]*\.dockerfile)$/, 'dockerfile'],
];

/** What a server includes for its archiving may be called pgbackrest.conf. */
function correctKind(kind: DocumentKind, text: string): DocumentKind {
  return kind === 'pgbackrest-conf' && detectContent(text, 'ini') === 'postgresql-conf'
    ? 'postgresql-conf'
    : kind;
}

/** A playbook's tasks for Patroni are called patroni.yml too. */
function detectYamlFile(name: string, text: string): DocumentKind {
  const kind = detectContent(text, 'yaml');
  return kind === 'unknown' && name.startsWith('patroni') ? 'patroni' : kind;
}
