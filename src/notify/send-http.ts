import { Agent as PlainAgent, request as requestPlain, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';
import type { DeliveryResult } from './channel.ts';
import { describeNetworkError } from './describe-network-error.ts';
import { hideSecrets } from './hide-secrets.ts';
import { trustedAuthorities } from './trusted-authorities.ts';

/** Seconds that an attempt may take, from the look-up of the name to the last byte of the answer. */
export const attemptSeconds = 20;

/** More of an answer is not read. */
const mostAnswerBytes = 64 * 1024;
/** Of an answer that says why something is refused, as much is quoted. */
const quotedCharacters = 200;
/** The longest that a receiver may make us wait, milliseconds. */
const longestWaitMs = 3_600_000;

export interface HttpDelivery {
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly caFile: string | undefined;
  /** URL of a proxy. */
  readonly proxy: string | undefined;
  /** What must not be in anything that is told, besides the URL. */
  readonly secrets?: readonly string[] | undefined;
  readonly signal: AbortSignal;
  /** Epoch milliseconds, for a Retry-After that is a date. */
  readonly now: number;
}

interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/**
 * Sends one request and judges the answer: 2xx is delivered. Redirects are not followed, because what they lead to is
 * not who the configuration names. Never throws for what a receiver can do.
 */
export async function sendHttp(delivery: HttpDelivery): Promise<DeliveryResult> {
  const { url, proxy, secrets = [], signal } = delivery;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return { delivered: false, problem: 'the URL is none of http or https', permanent: false };
  if (proxy !== undefined && (!URL.canParse(proxy) || new URL(proxy).protocol !== 'http:'))
    return { delivered: false, problem: 'the URL of the proxy is not one of http', permanent: false };
  let answer: HttpAnswer;
  try {
    answer = await exchange(delivery);
  } catch (error) {
    return {
      delivered: false,
      problem: describeNetworkError(error, signal, attemptSeconds),
      permanent: false,
    };
  }
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { delivered: true, answer: `HTTP ${status}` };
  const hidden = hideSecrets(body, [url, ...(proxy === undefined ? [] : [proxy]), ...secrets]);
  const quoted = printable(hidden).slice(0, quotedCharacters);
  const why = status >= 300 && status < 400 ? 'it redirects, which is not followed' : quoted;
  return {
    delivered: false,
    problem: `HTTP ${status}${why === '' ? '' : `: ${why}`}`,
    // What the receiver says of the message itself; anything else may be put right at its end or in our configuration.
    permanent: [400, 413, 415, 422].includes(status),
    retryAfterMs: readRetryAfter(answer.retryAfter, delivery.now),
  };
}

async function exchange(delivery: HttpDelivery): Promise<HttpAnswer> {
  const { url, caFile, proxy, headers, body, signal, method = 'POST' } = delivery;
  const target = new URL(url);
  const proxyEnv = proxy === undefined ? {} : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
  const isTls = target.protocol === 'https:';
  const agent = isTls
    ? new TlsAgent({ ca: [...(await trustedAuthorities(caFile))], proxyEnv })
    : new PlainAgent({ proxyEnv });
  const bytes = Buffer.from(body, 'utf8');
  const options = {
    method,
    agent,
    signal,
    headers: {
      'User-Agent': 'holdfast',
      ...headers,
      ...(method !== 'GET' ? { 'Content-Length': String(bytes.length) } : {}),
    },
  };
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const request = isTls ? requestTls(target, options) : requestPlain(target, options);
      request.once('error', reject);
      request.once('response', (response) => {
        readAnswer(response).then(resolve, reject);
      });
      request.end(method === 'GET' ? undefined : bytes);
    });
  } finally {
    agent.destroy();
  }
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    size += piece.length;
    pieces.push(piece);
    if (size > mostAnswerBytes) break;
  }
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    body: Buffer.concat(pieces).toString('utf8'),
  };
}

/** Seconds or a date (RFC 9110, 10.2.3). @returns milliseconds */
export function readRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const wait = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) && wait > 0 ? Math.min(wait, longestWaitMs) : undefined;
}

function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}
