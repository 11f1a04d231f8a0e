import { connect, isIP, type Socket } from 'node:net';
import type { NotifyChannel } from '../../config/configuration.ts';
import type { CreateChannel, DeliveryResult } from '../channel.ts';
import { composeMail } from '../compose-mail.ts';
import { describeNetworkError } from '../describe-network-error.ts';
import { hideSecrets } from '../hide-secrets.ts';
import { attemptSeconds } from '../send-http.ts';
import { trustedAuthorities } from '../trusted-authorities.ts';

/** What an SMTP URL says. */
interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** Mail by SMTP (RFC 5321), encrypted unless the configuration says otherwise. */
export const createEmail: CreateChannel = (channel, { resolveSecret }) => ({
  type: 'messages',
  async deliver(message, signal) {
    const { mail } = channel;
    if (mail === undefined) throw new Error(`the channel ${channel.name} has no mail server`);
    const smtp = await resolveSecret(mail.smtp);
    const server = readMailServer(smtp);
    if (server === undefined) return refuse('smtp is no URL such as smtp://mail.example.com:587');
    if (mail.startTls === 'never' && server.password !== undefined)
      return refuse('startTls is never, and a password is not sent without encryption');
    const to = [await resolveSecret(channel.target), ...mail.to];
    const content = composeMail(message);
    return send(channel, server, { ...content, from: mail.from, to }, { signal, smtp });
  },
});

/** @returns undefined when it is no URL of SMTP */
export function readMailServer(url: string): MailServer | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port, username, password } = new URL(url);
  if ((protocol !== 'smtp:' && protocol !== 'smtps:') || hostname === '') return undefined;
  const secure = protocol === 'smtps:';
  try {
    return {
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? (secure ? 465 : 587) : Number(port),
      secure,
      user: username === '' ? undefined : decodeURIComponent(username),
      password: password === '' ? undefined : decodeURIComponent(password),
    };
  } catch {
    return undefined;
  }
}

async function send(
  { caFile, mail }: NotifyChannel,
  { host, port, secure, user, password }: MailServer,
  content: ReturnType<typeof composeMail> & { readonly from: string; readonly to: readonly string[] },
  { signal, smtp }: { readonly signal: AbortSignal; readonly smtp: string },
): Promise<DeliveryResult> {
  let socket: Socket | undefined;
  // Our own socket, so that the deadline closes it wherever the conversation is.
  const close = (): void => void socket?.destroy();
  signal.addEventListener('abort', close, { once: true });
  try {
    const ca = [...(await trustedAuthorities(caFile))];
    const { createTransport } = await import('nodemailer');
    socket = await connectTo(host, port, signal);
    const transport = createTransport({
      host,
      port,
      secure,
      connection: socket,
      requireTLS: mail?.startTls !== 'never',
      ignoreTLS: mail?.startTls === 'never',
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      tls: { ca, ...(isIP(host) === 0 ? { servername: host } : {}) },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const sent = await Promise.race([
      transport.sendMail({ ...content, to: [...content.to] }),
      rejectOnAbort(signal),
    ]);
    return { delivered: true, answer: firstLine(sent.response) };
  } catch (error) {
    return judge(error, { signal, secrets: [smtp, ...(password === undefined ? [] : [password])] });
  } finally {
    signal.removeEventListener('abort', close);
    socket?.destroy();
  }
}

function connectTo(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ host, port });
    const abort = (): void => void socket.destroy(new Error('aborted'));
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** nodemailer's errors have the server's answer and its code (nodemailer.com/errors). */
function judge(
  error: unknown,
  { signal, secrets }: { readonly signal: AbortSignal; readonly secrets: readonly string[] },
): DeliveryResult {
  const { response, responseCode, code, originalCode } = error as {
    response?: string;
    responseCode?: number;
    code?: string;
    originalCode?: string;
  };
  if (!signal.aborted && response !== undefined) {
    // What follows AUTH may quote what was sent.
    const line = firstLine(response);
    const answers: Readonly<Record<string, string>> = {
      EAUTH: `login refused (${responseCode ?? 'no code'})`,
      ETLS: `the mail server does not encrypt (STARTTLS): ${line}`,
    };
    const answer = answers[code ?? ''] ?? line;
    return {
      delivered: false,
      problem: hideSecrets(answer, secrets).slice(0, 300),
      // 552, 554: the mail itself is refused (RFC 5321, 4.2.3).
      permanent: code === 'EMESSAGE' && (responseCode ?? 0) >= 500,
    };
  }
  const cause = originalCode === undefined ? error : { code: originalCode };
  const problem = describeNetworkError(cause, signal, attemptSeconds);
  return { delivered: false, problem, permanent: false };
}

function refuse(problem: string): DeliveryResult {
  return { delivered: false, problem, permanent: false };
}

function firstLine(text: string): string {
  return text.split(/\r?\n/)[0] ?? '';
}
