import { describe, expect, it } from 'vitest';
import { notifyChannel } from '../../test/support/notify-parts.ts';
import { channelsFor } from './tell-failure.ts';

describe('channelsFor', () => {
  const channels = [
    notifyChannel({ name: 'all' }),
    notifyChannel({ name: 'warnings', on: ['warning'] }),
    notifyChannel({ name: 'other', stanzas: ['other'] }),
  ];
  const names = (stanza: string | undefined) => channelsFor(channels, stanza).map(({ name }) => name);

  it('are those that take critical news of the stanza', () => {
    expect(names('main')).toEqual(['all']);
    expect(names('other')).toEqual(['all', 'other']);
  });

  it('are all that take critical news where it is about Holdfast itself', () => {
    expect(names(undefined)).toEqual(['all', 'other']);
  });
});
