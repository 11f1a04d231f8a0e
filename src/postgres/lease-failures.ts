import { Failure } from '../model/failure.ts';
import type { LeaseResource } from './lease.ts';
import { describeHolder, type LeaseHolder } from './lease-holder.ts';
import type { Connectable } from './query.ts';

/** Somebody else has it. */
export function leaseHeld(resource: LeaseResource, holders: readonly LeaseHolder[]): Failure {
  const [holder] = holders;
  const engine = holder?.what === 'engine';
  return new Failure('lease-held', {
    operation: `take the lease of stanza ${resource.stanza}`,
    place: resource.repository,
    problem: holder === undefined ? 'it changed hands in this moment' : describeHolder(holder),
    hint: engine
      ? 'Wait for it to end. If a timer or crontab starts pgbackrest beside Holdfast, switch it off: `holdfast lint` finds it.'
      : 'Wait for it to end, or stop it there. When that host is gone, the primary frees the lease by itself within a minute; `SELECT pg_terminate_backend(pid)` of the session frees it at once and stops the backup that it belongs to.',
    details: { holders },
  });
}

/** @param stderr what psql said when it ended */
export function leaseLost(resource: LeaseResource, stderr: string): Failure {
  const reason = stderr
    .split('\n')
    .find((line) => line !== '')
    ?.replace(/^psql: (?:error: )?/, '');
  return new Failure('lease-lost', {
    operation: `hold the lease of stanza ${resource.stanza}`,
    place: resource.repository,
    problem: `the session on the primary ended${reason === undefined ? '' : `: ${reason}`}`,
    hint: 'Was the primary stopped, did it fail over, or did somebody end the session? The next run takes the lease again.',
  });
}

/** The server that was the primary has become a standby. */
export function onStandby(resource: LeaseResource, server: Connectable): Failure {
  return new Failure('server-unreachable', {
    operation: `take the lease of stanza ${resource.stanza}`,
    place: `${server.socketDirectory}, port ${server.node.port}`,
    problem: 'this server is a standby: the lease is taken on the primary',
    hint: 'Was there a failover in this moment? Then try again.',
  });
}

/** Not a server answers, but something before it. */
export function throughPooler(resource: LeaseResource, server: Connectable): Failure {
  return new Failure('server-unreachable', {
    operation: `take the lease of stanza ${resource.stanza}`,
    place: `${server.socketDirectory}, port ${server.node.port}`,
    problem: 'a connection pooler is in between, and a lock of a session means nothing there',
    hint: 'Give the node the port of PostgreSQL itself (docs/lease.md).',
  });
}

/** The run was stopped while it waited. */
export function interrupted(resource: LeaseResource, cause: unknown): Failure {
  return new Failure('interrupted', {
    operation: `take the lease of stanza ${resource.stanza}`,
    problem: 'interrupted',
    cause,
  });
}
