/** Names after which a secret stands in an inventory: of pgBackRest, and of Pigsty's users and services. */
const secretName = String.raw`(?:[\w.-]*(?:pass|passwd|password|secret|token|credential)[\w.-]*|[\w.-]*_key(?:_secret)?|azure_account)`;
const secretValue = new RegExp(
  String.raw`((?:^|[\s{,+-])["']?${secretName}["']?\s*:\s+)(?!["']?\{\{ lookup\()("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|!\w+ +\S+|[^\s,}#][^,}#\n]*?)(?=\s*(?:$|[,}]|\s#))`,
  'gim',
);

/** A difference for people: what stands beside the edited lines may be secrets of others. */
export function hideSecretLines(difference: string): string {
  return difference.replaceAll(secretValue, '$1(hidden)');
}
