import { formatByteSize, parseByteSize, renderByteSize } from '../../model/byte-size.ts';
import { optionNamed } from '../../model/option-table.ts';
import { allRepositories, type RuleContext, type RuleFinding } from './rule.ts';

/** `storage.uploadChunkSize` within what the installed version takes for that kind of store; since 2.58 it differs. */
export function* checkChunkSizes({ file, version }: RuleContext): Iterable<RuleFinding> {
  const range = optionNamed('repo-storage-upload-chunk-size', version)?.allowRange;
  if (range === undefined) return;
  for (const { repository, path } of allRepositories(file)) {
    const size = 'storage' in repository ? repository.storage.uploadChunkSize : undefined;
    const limits = 'by' in range ? range.by[repository.type] : range;
    if (size === undefined || limits === undefined) continue;
    const [low, high] = [parseByteSize(limits.min), parseByteSize(limits.max)];
    if (low === undefined || high === undefined || (size >= low && size <= high)) continue;
    yield {
      rule: 'chunk-size',
      path: [...path, 'storage', 'uploadChunkSize'],
      problem: `${formatByteSize(size)} is outside of what pgBackRest takes for ${repository.type}`,
      expected: `${limits.min} to ${limits.max}`,
      remedy: `Write a size from ${renderByteSize(low)} to ${renderByteSize(high)}.`,
    };
  }
}
