import type { ConsulSettings } from '../../config/configuration.ts';
import type { SecretReference } from '../../model/secret.ts';
import type { DeliveryResult } from '../channel.ts';
import { sendHttp } from '../send-http.ts';
import type { ConsulCheck } from './consul-checks.ts';

/** The parts of Consul's agent that are used. Nothing throws for what the agent can do. */
export interface ConsulAgent {
  /** PUT /v1/agent/service/register: the service with its checks, which replace those that it had. */
  readonly register: (checks: readonly ConsulCheck[], signal: AbortSignal) => Promise<DeliveryResult>;
  /** PUT /v1/agent/check/update/ID: also what keeps the check from its TTL's end. */
  readonly update: (check: ConsulCheck, signal: AbortSignal) => Promise<DeliveryResult>;
  /** PUT /v1/agent/service/deregister/ID: its checks go with it. */
  readonly deregister: (signal: AbortSignal) => Promise<DeliveryResult>;
}

export interface ConsulAgentDeps {
  /** Looked up for each request, so that a changed token counts at once. @throws Failure secret-unavailable */
  readonly resolveSecret: (reference: SecretReference) => Promise<string>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * The checks belong to a service, never to the node: a check of the node that fails takes every service of the node
 * (PostgreSQL among them) out of Consul's DNS (developer.hashicorp.com/consul/docs/services/usage/checks).
 */
export function openConsulAgent(settings: ConsulSettings, deps: ConsulAgentDeps): ConsulAgent {
  const put = async (path: string, body: unknown, signal: AbortSignal): Promise<DeliveryResult> => {
    const token = settings.token && (await deps.resolveSecret(settings.token));
    return sendHttp({
      url: `${settings.url}/v1/agent/${path}`,
      method: 'PUT',
      headers: {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { 'X-Consul-Token': token }),
      },
      body: body === undefined ? '' : JSON.stringify(body),
      caFile: settings.caFile,
      proxy: undefined,
      secrets: token === undefined ? [] : [token],
      signal,
      now: deps.now(),
    });
  };
  return {
    register: (checks, signal) =>
      put('service/register?replace-existing-checks=true', describeService(settings, checks), signal),
    update: ({ id, status, output }, signal) =>
      put(`check/update/${encodeURIComponent(id)}`, { Status: status, Output: output }, signal),
    deregister: (signal) => put(`service/deregister/${encodeURIComponent(settings.id)}`, undefined, signal),
  };
}

function describeService(
  { id, service, ttl }: Pick<ConsulSettings, 'id' | 'service' | 'ttl'>,
  checks: readonly ConsulCheck[],
): Record<string, unknown> {
  return {
    ID: id,
    Name: service,
    Tags: ['holdfast'],
    Checks: checks.map((check) => ({
      CheckID: check.id,
      Name: check.name,
      Notes: 'Pushed by holdfast serve; critical by itself when that falls silent.',
      TTL: `${ttl}s`,
      // Not Consul's own first word, which would call everything critical at each start.
      Status: check.status,
    })),
  };
}

/** Whether the agent says that it does not have this check: it lost it, or never had it. */
export function isUnknownCheck(result: DeliveryResult): boolean {
  return (
    !result.delivered &&
    /^HTTP (?:404|500): .*(?:unknown check|does not have associated TTL)/i.test(result.problem)
  );
}
