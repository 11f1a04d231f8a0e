/** Parts of a URL that are shorter than this are words (`services`, `v2`, `hooks`), not secrets. */
const shortestPart = 8;

/**
 * A text of somebody else without what must not be known: values of secrets, and of a URL also the parts of its path and
 * the values of its query, which are what a webhook keeps its secret in.
 */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const parts = secrets
    .flatMap((secret) => [secret, ...partsOf(secret)])
    .filter((part) => part.length > 0)
    .toSorted((left, right) => right.length - left.length);
  return parts.reduce((rest, part) => rest.replaceAll(part, '(secret)'), text);
}

function partsOf(secret: string): string[] {
  if (!URL.canParse(secret)) return [];
  const { username, password, pathname, searchParams } = new URL(secret);
  const parts = [password, ...searchParams.values(), ...pathname.split('/')].filter(
    (part) => part.length >= shortestPart || part === password,
  );
  return [pathname.length > 1 ? pathname : '', username, ...parts, ...parts.map(decodePart)].filter(Boolean);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
