import { describe, expect, it } from 'vitest';
import { currentUser, lookupUser, parsePasswd, runAsFor } from './os-user.ts';

describe('os users', () => {
  it('reads an entry of the password file', () => {
    const text =
      'root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash\n';
    expect(parsePasswd(text, 'postgres')).toEqual({
      name: 'postgres',
      uid: 101,
      gid: 104,
      home: '/var/lib/postgresql',
    });
    expect(parsePasswd(text, 'post')).toBeUndefined();
    expect(parsePasswd('odd:x:a:b:::', 'odd')).toBeUndefined();
  });

  it('finds root, and nobody who does not exist', async () => {
    expect(await lookupUser('root')).toMatchObject({ uid: 0, gid: 0, home: '/root' });
    expect(await lookupUser('no-such-user-here')).toBeUndefined();
    expect(await lookupUser('--help')).toBeUndefined();
  });

  it('changes the user only when it is another one', () => {
    const me = currentUser();
    expect(runAsFor(me, me.uid)).toBeUndefined();
    expect(runAsFor({ ...me, uid: me.uid + 1 }, me.uid)).toMatchObject({ uid: me.uid + 1 });
  });
});
