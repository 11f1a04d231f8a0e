import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TestCertificates } from './certificates.ts';

/** A request as the receiver got it. */
export interface HookRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/**
 * What the receiver does with a request: answers, says nothing for ever with the connection open (`hang`), takes the
 * headers and never ends its answer (`drip`), or cuts the connection.
 */
export type HookBehaviour =
  | 'hang'
  | 'drip'
  | 'cut'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

/** An HTTP or HTTPS server on loopback that keeps what it gets. */
export interface HookServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly requests: HookRequest[];
  /** For the next requests; the last one stays. */
  behave: (request: HookRequest) => HookBehaviour | Promise<HookBehaviour>;
  /** Connections that are open now. */
  readonly connections: number;
}

/** @param port 0 takes any */
export async function startHookServer(certificates?: TestCertificates, port = 0): Promise<HookServer> {
  const requests: HookRequest[] = [];
  const sockets = new Set<Socket>();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const got: HookRequest = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(pieces).toString('utf8'),
      };
      requests.push(got);
      void Promise.resolve(bed.behave(got)).then((behaviour) => act(behaviour, response));
    });
  };
  const server =
    certificates === undefined
      ? createPlainServer(handle)
      : createTlsServer({ key: certificates.key, cert: certificates.certificate }, handle);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bed: HookServer = {
    port: (server.address() as AddressInfo).port,
    get url() {
      return `${certificates === undefined ? 'http' : 'https'}://localhost:${this.port}`;
    },
    requests,
    behave: () => ({ status: 200 }),
    get connections() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return bed;
}

function act(behaviour: HookBehaviour, response: ServerResponse): void {
  if (behaviour === 'hang') return;
  if (behaviour === 'cut') return void response.socket?.destroy();
  if (behaviour === 'drip') {
    response.writeHead(200);
    response.write('.');
    return;
  }
  response.writeHead(behaviour.status, behaviour.headers);
  response.end(behaviour.body ?? '');
}
