import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { isLoopback } from '../config/rules/listeners.ts';
import { Failure } from '../model/failure.ts';
import { createApp } from './create-app.ts';
import type { HttpParts, HttpServer } from './http-parts.ts';

/**
 * Whoever sends slowly, much, or nothing at all gets no more than this; milliseconds and bytes. Nothing that the server
 * shows needs a request of more than a few lines.
 */
const limits = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  /** How often the two timeouts above are looked at. */
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 8192,
};
const mostConnections = 64;
/** A connection on which nothing moves, in either direction, is ended: also one that never reads its answer. */
const idleTimeout = 15_000;

/**
 * Listens for `/live`, `/ready`, `/health` and `/metrics`.
 *
 * @throws Failure listen-failed when the address cannot be had, config-invalid when it lies beyond this host and there
 * is no token
 */
export async function startHttpServer(parts: HttpParts): Promise<HttpServer> {
  const { host, port } = parts.listen;
  if (!isLoopback(host) && parts.token === undefined) {
    throw new Failure('config-invalid', {
      operation: 'listen for HTTP',
      place: addressOf(host, port),
      problem: 'this is beyond the host, and there is no token',
      hint: 'Set `server.token`, or listen on 127.0.0.1.',
    });
  }
  const app = createApp(parts);
  const server = createServer(limits, getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  server.maxConnections = mostConnections;
  server.setTimeout(idleTimeout);
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    // Without a host: every address, of both families.
    server.listen(host === '*' ? { port } : { host, port });
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const known = knownProblems[code ?? ''];
    throw new Failure('listen-failed', {
      operation: 'listen for HTTP',
      place: addressOf(host, port),
      problem: known?.problem ?? message,
      hint: known?.hint ?? 'Look at `server.listen` in holdfast.yaml.',
      cause: error,
    });
  }
}

const knownProblems: Readonly<Record<string, { readonly problem: string; readonly hint: string }>> = {
  EADDRINUSE: {
    problem: 'another process listens there already',
    hint: 'Find it with `ss -ltnp`, or set another port in `server.listen`.',
  },
  EADDRNOTAVAIL: {
    problem: 'this host has no such address',
    hint: 'Write an address of this host in `server.listen`, or 0.0.0.0 for all of them.',
  },
  EACCES: {
    problem: 'this user may not listen on that port',
    hint: 'Set a port above 1023 in `server.listen`.',
  },
  ENOTFOUND: {
    problem: 'the name of the host cannot be resolved',
    hint: 'Write an address instead of a name in `server.listen`.',
  },
};

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
