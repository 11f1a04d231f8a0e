import { findOption } from '../model/option-table.ts';
import type { DocumentKind } from './lint-document.ts';

/** What a name or the tag of a fenced block says of a text; undefined when nothing. */
export type ContentHint = 'yaml' | 'json' | 'ini' | 'shell' | 'python' | undefined;

/**
 * What a text is, by what stands in it. A hint decides only between what the content leaves open: a block called
 * `ini` is a pgbackrest.conf with `[global]` in it and a postgresql.conf with `archive_mode`.
 */
export function detectContent(text: string, hint: ContentHint): DocumentKind {
  if (text.trim() === '') return 'unknown';
  if (hint === 'python') return 'python';
  if (hint === 'yaml') return detectYaml(text);
  if (hint === 'json') return detectJson(text);
  const script = /^\uFEFF?#!\s*(\S+)(?:[ \t]+(\S+))?/.exec(text);
  if (script) return detectScript(`${script[1]} ${script[2] ?? ''}`);
  const lines = text.split('\n').map((line) => line.trim());
  const meaningful = lines.filter((line) => line !== '' && !/^[#;]/.test(line));
  if (meaningful.length === 0) return 'unknown';
  const plain = detectLines(meaningful, hint);
  if (plain !== undefined) return plain;
  if (hint === 'shell' || areCommands(meaningful)) return 'shell';
  return /^\s*[{[]\s*["{[]/.test(text) ? detectJson(text) : detectYaml(text);
}

function detectScript(interpreter: string): DocumentKind {
  if (interpreter.includes('python')) return 'python';
  return /\b(ba|da|a|k|z)?sh\b/.test(interpreter) ? 'shell' : 'unknown';
}

/** Commands in a block that nobody called shell: one of pgBackRest's, and nothing but commands. */
function areCommands(lines: readonly string[]): boolean {
  return (
    lines.some((line) => /^(sudo\s.*\s|docker\s.*\s|\/\S*\/)?pgbackrest\s+(-|[a-z])/.test(line)) &&
    lines.every((line, index) => commandLine.test(line) || lines[index - 1]?.endsWith('\\') === true)
  );
}

const commandLine =
  /^(sudo|su|ssh|pgbackrest|psql|pg_\w+|patronictl|systemctl|service|docker|podman|kubectl|cd|ls|cat|tail|echo|rm|mv|cp|mkdir|chown|chmod|export|vim?|nano|apt(-get)?|yum|dnf|crontab|\.?\/[\w./-]+)(\s|$)/;

/** Kinds that are told line by line. */
function detectLines(lines: readonly string[], hint: ContentHint): DocumentKind | undefined {
  if (lines.some((line) => /^\[(Unit|Service|Timer|Install|Path|Socket)\]$/.test(line)))
    return 'systemd-unit';
  if (lines.some((line) => /\bansible_\w+\s*=/.test(line)) && lines.some((line) => line.startsWith('[')))
    return 'unknown';
  if (isEngineFile(lines) && isMostlySettings(lines, hint)) return 'pgbackrest-conf';
  if (/^FROM\s+\S+/i.test(lines.find((line) => !/^ARG\s/i.test(line)) ?? '') && lines.some(isDockerStep))
    return 'dockerfile';
  if (lines.every((line) => isCronLine(line) || /^[A-Z_]+\s*=/.test(line)) && lines.some(isCronLine))
    return 'crontab';
  if (lines.every((line) => variableLine.test(line))) return 'environment';
  if (lines.some((line) => serverSetting.test(line)) && lines.every((line) => assignment.test(line)))
    return 'postgresql-conf';
  if (lines.some((line) => /^ALTER\s+SYSTEM\b/i.test(line))) return 'postgresql-conf';
  return undefined;
}

/** `[global]` stands in files of other programs too (pip, Samba, Netdata): an option must be one of pgBackRest's. */
function isEngineFile(lines: readonly string[]): boolean {
  if (lines.some((line) => engineOption.test(line) || /^\[global:[a-z-]+\]/.test(line))) return true;
  const isGlobal = lines.some((line) => line.startsWith('[global]'));
  const names = lines.flatMap((line) => /^([^[=]*?)\s*=/.exec(line)?.[1] ?? []);
  return isGlobal && (names.length === 0 || names.some((name) => findOption(name) !== undefined));
}

/** Notes and commands may show parts of the file; a file may have a few lines that are wrong. */
function isMostlySettings(lines: readonly string[], hint: ContentHint): boolean {
  const others = lines.filter((line) => !/^(\[[^\]]+\]|[\w{}. -]+=|\{[{%#]|\$|@\w)/.test(line));
  return hint === 'shell' ? others.length === 0 : others.length * 4 <= lines.length;
}

const engineOption = /^(repo|pg)(\d+|\{\{.*?\}\})-[a-z0-9-]+\s*=/;

/** A variable and nothing behind it but a comment: with a word behind it, it is a command. */
const variableLine = /^[A-Z_][A-Z0-9_]*=("[^"]*"|'[^']*'|[^\s"']*)\s*(#.*)?$/;

const assignment = /^([a-z_][\w.]*\s*=?\s*\S|\{[{%#])/i;

/** Settings that tell a postgresql.conf, in either of its forms (`name = value`, `name value`). */
const serverSetting =
  /^(archive_(mode|command|timeout|library|cleanup_command)|restore_command|recovery_target\w*|wal_(level|keep_size|keep_segments|compression|log_hints)|max_wal_(senders|size)|max_replication_slots|hot_standby|full_page_writes|fsync|shared_buffers|listen_addresses|data_directory|primary_conninfo|synchronous_commit|track_commit_timestamp)\s*(=|\s['\w])/;

/** Five fields of a cron expression, or `@daily`, and a command. */
export function isCronLine(line: string): boolean {
  return /^\s*(@(reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)|[\d*][\d*,/-]*(\s+(\*|[\d*,/-]+|[a-z]{3}([,-][a-z]{3})*|\{\{.*?\}\})){4})\s+[^\s=]/i.test(
    line,
  );
}

function isDockerStep(line: string): boolean {
  return /^(RUN|COPY|ADD|ENV|CMD|ENTRYPOINT|HEALTHCHECK|USER|WORKDIR|EXPOSE|VOLUME|LABEL)\s/i.test(line);
}

/** `service` or `checks` as the outermost key, whatever stands between it and the brace. */
function isConsul(text: string): boolean {
  if (!/"(script|args|interval|ttl|http|tcp|port|tags)"\s*:/.test(text)) return false;
  if (/^\s*\{\s*"(services?|checks?)"\s*:/.test(text)) return true;
  const keys = outerKeys(text);
  return ['service', 'services', 'check', 'checks'].some((key) => keys.has(key));
}

/** Manifests are written in JSON too. */
function detectJson(text: string): DocumentKind {
  if (isConsul(text)) return 'consul';
  return /"apiVersion"\s*:/.test(text) && /"kind"\s*:/.test(text) ? 'kubernetes' : 'unknown';
}

/** By the keys at the outermost level, as several documents or a list may have them. */
function detectYaml(text: string): DocumentKind {
  const keys = outerKeys(text);
  const has = (...names: readonly string[]) => names.some((name) => keys.has(name));
  if (/^[ \t]*"?apiVersion"?\s*:/m.test(text) && /^[ \t]*"?kind"?\s*:/m.test(text)) return 'kubernetes';
  if (has('stanzas')) return 'holdfast';
  if (/^[ \t]*(- )?"?(alert|record)"?\s*:/m.test(text) && /^[ \t]*(- )?"?expr"?\s*:/m.test(text))
    return 'prometheus-rules';
  if (has('services') && /[\s{](image|build|environment|command|entrypoint|volumes|extends)\s*:/.test(text))
    return 'compose';
  if (has('scope', 'bootstrap') && isPatroni(text, has)) return 'patroni';
  if (pigstyKey.test(text)) return 'pigsty';
  if (isPlaybook(text, keys)) return 'ansible';
  if (isPatroni(text, has)) return 'patroni';
  if (has('environment', 'entrypoint', 'healthcheck', 'env_file', 'depends_on')) return 'compose';
  if (/^[ \t]*(- )?(vault_|pgbackrest_|postgresql_|ansible_)\w*\s*:/m.test(text) && !has('jobs'))
    return 'ansible';
  return 'unknown';
}

const pigstyKey =
  /^[ \t]*"?(pgbackrest_(repo|method|clean|enabled)|pg_crontab|node_crontab|pg_cluster|pg_seq)"?\s*:/m;

const ansibleModule =
  /^[ \t]*(- )?((ansible|community)\.[a-z_.]+|apt|yum|dnf|package|file|copy|template|lineinfile|blockinfile|command|shell|raw|cron|systemd|service|ini_file|postgresql_set|get_url|include_tasks|import_tasks)\s*:/m;

function isPlaybook(text: string, keys: ReadonlySet<string>): boolean {
  if (
    keys.has('hosts') &&
    /^[ \t]*(- )?(tasks|roles|vars|handlers|become|vars_files|gather_facts)\s*:/m.test(text)
  )
    return true;
  const isList = /^(?:[ \t]*(?:#[^\n]*|---[^\n]*)?\r?\n)*[ \t]*- /.test(text);
  if (isList && ansibleModule.test(text) && !keys.has('image')) return true;
  return keys.has('all') && /^[ \t]+(hosts|children)\s*:/m.test(text);
}

function isPatroni(text: string, has: (...names: readonly string[]) => boolean): boolean {
  if (has('scope') && has('postgresql', 'restapi', 'bootstrap', 'etcd', 'etcd3', 'consul')) return true;
  if (has('bootstrap') && /^[ \t]+dcs\s*:/m.test(text)) return true;
  if (has('recovery_conf', 'create_replica_methods')) return true;
  if (
    has('postgresql') &&
    /^[ \t]+(parameters|recovery_conf|create_replica_methods|data_dir)\s*:/m.test(text)
  )
    return true;
  return has('parameters', 'archive_command', 'archive_mode', 'restore_command');
}

/** Keys of the least indented lines, dashes of lists looked through. */
function outerKeys(text: string): ReadonlySet<string> {
  const found: { depth: number; key: string }[] = [];
  for (const [, indentation = '', dash = '', key = ''] of text.matchAll(
    /^([ \t]*)(- +)?["']?([A-Za-z_][\w.-]*)["']?\s*:(?=\s|$)/gm,
  ))
    found.push({ depth: indentation.length + dash.length, key });
  const least = found.reduce((depth, one) => Math.min(depth, one.depth), Infinity);
  return new Set(found.filter(({ depth }) => depth === least).map(({ key }) => key));
}
