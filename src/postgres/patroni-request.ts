import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Failure } from '../model/failure.ts';
import type { PatroniAccess } from '../model/stanza.ts';

/** How long an answer is waited for, milliseconds. */
const timeoutMs = 2000;

/** What Patroni answered. A status that says no is an answer. */
export interface PatroniAnswer {
  readonly status: number;
  /** Parsed; the text itself where it is no JSON, as the answers to POST are. */
  readonly body: unknown;
}

/** A request that changes something. */
export interface PatroniOrder {
  readonly method: 'POST' | 'PATCH';
  readonly body: unknown;
  /** `Authorization`, where `restapi.authentication` is set. */
  readonly authorization?: string | undefined;
  /** A restart is answered when it is over. Milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Asks Patroni's REST API.
 *
 * @throws Failure server-unreachable when there is no answer; interrupted
 * @see https://patroni.readthedocs.io/en/latest/rest_api.html
 */
export async function askPatroni(
  access: PatroniAccess,
  path: string,
  signal?: AbortSignal,
  order?: PatroniOrder,
): Promise<PatroniAnswer> {
  try {
    const [ca, cert, key] = await Promise.all(
      [access.caFile, access.certificateFile, access.keyFile].map((file) =>
        file === undefined ? undefined : readFile(file),
      ),
    );
    const certificates = {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    };
    return await send(`${access.url.replace(/\/+$/, '')}${path}`, certificates, signal, order);
  } catch (error) {
    throw new Failure(signal?.aborted ? 'interrupted' : 'server-unreachable', {
      operation: 'ask Patroni',
      place: access.url,
      problem: error instanceof Error ? error.message : String(error),
      hint: 'Does Patroni run on this host, and are `patroni.url` and `patroni.caFile` right?',
      cause: error,
    });
  }
}

/** The failure of an answer that Patroni would not give. */
export function strangeAnswer(access: PatroniAccess): Failure {
  return new Failure('server-unreachable', {
    operation: 'ask Patroni',
    place: access.url,
    problem: 'the answer is not one of Patroni',
    hint: 'Set `patroni.url` to the address of its REST API (restapi.connect_address), without a path.',
  });
}

/** The modules are loaded when they are needed: importing node:http loads much more, and few clusters have Patroni. */
async function send(
  url: string,
  certificates: Readonly<Record<string, Buffer>>,
  signal: AbortSignal | undefined,
  order: PatroniOrder | undefined,
): Promise<PatroniAnswer> {
  const http = await (url.startsWith('https:') ? import('node:https') : import('node:http'));
  const timeout = order?.timeoutMs ?? timeoutMs;
  const text = order === undefined ? undefined : JSON.stringify(order.body);
  const headers = {
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    ...(order?.authorization === undefined ? {} : { authorization: order.authorization }),
  };
  const options = { method: order?.method ?? 'GET', timeout, signal, headers, ...certificates };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = http.request(url, options, resolve);
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeout} ms`)));
    request.on('error', reject);
    request.end(text);
  });
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const answer = Buffer.concat(parts).toString('utf8');
  return {
    status: response.statusCode ?? 0,
    body: order === undefined ? JSON.parse(answer) : readBody(answer),
  };
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
