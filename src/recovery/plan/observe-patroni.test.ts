import { describe, expect, it } from 'vitest';
import { observePatroni, readAnswers } from './observe-patroni.ts';

/*
 * Answers of Patroni 3.0.2 (Debian 12), recorded from the cluster of two that test/patroni/ starts, at the calls it
 * makes; only the ports were made round. That suite asks the real one.
 */
const leader =
  '{"state":"running","postmaster_start_time":"2026-11-20 22:56:35.660089+00:00","role":"master","server_version":150018,"xlog":{"location":10485760},"timeline":1,"dcs_last_seen":1795215399,"database_system_identifier":"7710391409529276058","patroni":{"version":"3.0.2","scope":"demo"}}';
const replica =
  '{"state":"running","postmaster_start_time":"2026-11-20 22:56:37.242728+00:00","role":"replica","server_version":150018,"xlog":{"received_location":10485760,"replayed_location":10485760,"replayed_timestamp":null,"paused":false},"timeline":1,"dcs_last_seen":1795215400,"database_system_identifier":"7710391409529276058","patroni":{"version":"3.0.2","scope":"demo"}}';
const stopped =
  '{"state":"stopped","role":"master","cluster_unlocked":true,"dcs_last_seen":1795215405,"database_system_identifier":"7710391409529276058","patroni":{"version":"3.0.2","scope":"demo"},"pause":true}';
const cluster =
  '{"members":[{"name":"n1","role":"leader","state":"running","api_url":"http://127.0.0.1:8008/patroni","host":"127.0.0.1","port":5432,"timeline":1},{"name":"n2","role":"replica","state":"running","api_url":"http://127.0.0.1:8009/patroni","host":"127.0.0.1","port":5433,"timeline":1,"lag":0}]}';
const configuration =
  '{"ttl":20,"loop_wait":2,"retry_timeout":5,"postgresql":{"use_slots":true,"parameters":{"max_connections":20}}}';

describe('readAnswers', () => {
  it.each([
    ['the leader', leader, 'master'],
    ['a replica', replica, 'replica'],
    ['one whose server is down', stopped, 'master'],
  ])('reads role and members from %s', (_, node, role) => {
    expect(readAnswers(JSON.parse(node), JSON.parse(cluster))).toEqual({ role, members: 2 });
  });

  it('refuses what Patroni would not answer', () => {
    const refused = /not one of Patroni/;
    expect(() => readAnswers(JSON.parse(configuration), JSON.parse(cluster))).toThrow(refused);
    expect(() => readAnswers(JSON.parse(leader), JSON.parse(configuration))).toThrow(refused);
    for (const nothing of [null, 1, 'text', []]) expect(() => readAnswers(nothing, nothing)).toThrow(refused);
  });
});

describe('observePatroni', () => {
  it('takes silence for an answer', async () => {
    const closed = await observePatroni({ url: 'http://127.0.0.1:1', caFile: undefined });
    expect(closed).toMatchObject({ role: undefined, members: 0 });
    expect(closed.problem).toContain('ECONNREFUSED');
  });

  it('names an authority that cannot be read', async () => {
    const unread = await observePatroni({ url: 'https://127.0.0.1:1', caFile: '/nowhere/ca.crt' });
    expect(unread.problem).toMatch(/ENOENT.*\/nowhere\/ca\.crt/);
  });
});
