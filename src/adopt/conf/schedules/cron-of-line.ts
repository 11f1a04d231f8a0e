/** Words of crontab(5) for a whole line. `@reboot` is no time. */
const words: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/** The five fields of a crontab line as holdfast.yaml has them; undefined for what is not a time. */
export function cronOfLine(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/);
  if (fields.length === 1) return words[expression.trim().toLowerCase()];
  return fields.length === 5 ? fields.join(' ') : undefined;
}
