import { join } from 'node:path';
import { secretsFileName } from '../../engine/conf/render-conf.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import type { Repository } from '../../model/repository.ts';
import type { RunbookSite } from './runbook-site.ts';

/** The file with pgBackRest's secrets. */
export function engineSecretsFile({ configuration }: RunbookSite): string {
  return join(configuration.engine.includeDirectory, secretsFileName);
}

/** The file that holdfast.yaml names for a passphrase; undefined where it comes from elsewhere. */
export function passphraseFile({ encryption }: Repository): string | undefined {
  return encryption?.passphrase.kind === 'file' ? encryption.passphrase.path : undefined;
}

/**
 * Takes the passphrase that pgBackRest uses out of its configuration into a file, without showing it and without an
 * argument that holds it.
 */
export function takePassphrase(site: RunbookSite, { key }: Repository, file: string): string[] {
  const found = quoteForShell(`${file}.found`);
  const own = site.configuration.stanzas.length > 1 ? `/^\\[${site.stanza.name}\\]/,/^\\[/` : '';
  const source = quoteForShell(engineSecretsFile(site));
  return [
    `( umask 077; sed -n ${quoteForShell(`${own}s/^repo${key}-cipher-pass=//p`)} ${source} > ${found} )`,
    `[ -s ${found} ] && chown ${quoteForShell(site.configuration.engine.user)} ${found} && mv ${found} ${quoteForShell(file)}`,
  ];
}

/** Puts the passphrase of a file into pgBackRest's configuration. @param file as it is typed, quoted */
export function putPassphrase(site: RunbookSite, { key }: Repository, file: string): string {
  const target = quoteForShell(engineSecretsFile(site));
  const fresh = quoteForShell(`${engineSecretsFile(site)}.new`);
  const option = `repo${key}-cipher-pass=`;
  const own = site.configuration.stanzas.length > 1 ? `section == "[${site.stanza.name}]" && ` : '';
  const script = `NR == FNR { value = $0; next } /^\\[/ { section = $0 } ${own}index($0, "${option}") == 1 { $0 = "${option}" value } { print }`;
  const user = quoteForShell(site.configuration.engine.user);
  return `( umask 077; awk ${quoteForShell(script)} ${file} ${target} > ${fresh} ) && chown ${user} ${fresh} && mv ${fresh} ${target}`;
}
