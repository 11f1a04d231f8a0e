/**
 * A secret as the file names it. Only the reference is kept in the configuration; the value is looked up when it is
 * needed (config/secrets.ts) and never printed.
 */
export type SecretReference =
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'literal'; readonly value: string };

/** The reference in words, safe to print: a literal is masked. */
export function describeSecret(reference: SecretReference): string {
  switch (reference.kind) {
    case 'environment':
      return `\${${reference.name}}`;
    case 'file':
      return `file:${reference.path}`;
    case 'command':
      return `exec:${reference.command}`;
    case 'literal':
      return '(literal, masked)';
  }
}
