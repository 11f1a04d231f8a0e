import { describe, expect, it } from 'vitest';
import { LintDocument } from '../lint-document.ts';
import { readPgbackrestConf } from './read-pgbackrest-conf.ts';

function read(text: string): ReturnType<typeof readPgbackrestConf> {
  return readPgbackrestConf(new LintDocument('pgbackrest.conf', { kind: 'pgbackrest-conf', text }));
}

describe('readPgbackrestConf', () => {
  it('gives settings with section, name, value and line', () => {
    const text = '[global]\nrepo1-path = /srv # here\n';
    const [setting] = read(text).engineFile?.settings ?? [];
    expect(setting).toMatchObject({ section: 'global', name: { value: 'repo1-path' }, via: 'conf' });
    expect(setting?.value).toMatchObject({ value: '/srv # here', unknown: false });
    expect(text.slice(setting?.line.start, setting?.line.end)).toBe('repo1-path = /srv # here\n');
  });

  it('knows placeholders, and takes lines that steer a template for nothing', () => {
    const facts = read(
      '{{/* of a chart */}}\n[{{ stanza }}]\n{% for host in hosts %}\npg{{ loop.index }}-path={{ dir }}\n{% endfor %} # end\n',
    );
    expect(facts.unreadable).toEqual([]);
    expect(facts.engineFile?.settings).toHaveLength(1);
    expect(facts.engineFile?.settings[0]).toMatchObject({
      name: { unknown: true },
      value: { unknown: true },
    });
  });

  it('names lines that the engine refuses', () => {
    expect(
      read('[global]\n; old comment\n').unreadable?.map(({ place }) => [place.start, place.end]),
    ).toEqual([[9, 22]]);
  });
});
