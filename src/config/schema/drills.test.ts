import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../load.ts';

function parse(drills: string): ReturnType<typeof parseConfiguration> {
  const text = `stanzas:\n  main:\n    postgres: [{ path: /data }]\n    repositories: { local: { type: posix, path: /repo } }\n    drills: ${drills}\n`;
  return parseConfiguration(text, '/etc/holdfast.yaml');
}

describe('what drills check', () => {
  it('can be made stricter', () => {
    const { configuration, problems } = parse(
      '{ counts: { shrink: 50%, exactBelow: 1GiB }, amcheck: { heapAllIndexed: false } }',
    );
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(configuration?.stanzas[0]?.drills).toMatchObject({
      counts: { shrink: 0.5, exactBelow: 1024 ** 3 },
      amcheck: { heapAllIndexed: false },
    });
  });

  it.each(['{ counts: { shrink: 101% } }', '{ counts: { shrink: 0.5 } }', '{ amcheck: { deep: yes } }'])(
    'is refused as %s',
    (drills) => {
      expect(parse(drills).configuration).toBeUndefined();
    },
  );
});
