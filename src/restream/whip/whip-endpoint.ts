import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { SDP_BYTES_MAX } from '../../sdp/parsed-session.js';
import { RestreamError } from '../restream-problem.js';

/** The time limit for a server to answer an offer. */
const ANSWER_MS = 10_000;
const DELETE_MS = 5_000;
const REDIRECTS_MAX = 5;
const RETRY_AFTER_MAX_S = 300;
const SDP_TYPE = 'application/sdp';

type Options = Readonly<{
  /** The endpoint's `https:` URL. */
  url: string;
  /** The bearer token, which must never be logged. */
  token: string;
  /** Connects to the host in a URL, if the host is allowed. */
  dial: (url: string, signal: AbortSignal) => Promise<Socket>;
}>;

/** A session on a server (RFC 9725, section 4.2). */
export type WhipSession = Readonly<{
  answer: string;
  /** The session's URL; null if the server sent none. */
  resource: string | null;
}>;

type Reply = Readonly<{ response: IncomingMessage; body: string; url: string }>;

/** The client's side of WHIP's HTTP requests (RFC 9725). */
export class WhipEndpoint {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Opens a session with an offer.
   * @throws {RestreamError} with the meaning of the server's status; the server's own text is never
   *   included
   */
  async publish(offer: string, stopped: AbortSignal): Promise<WhipSession> {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(2 * ANSWER_MS)]);
    let { url } = this.#options;
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
      const { response, body } = await this.#send('POST', url, { offer, signal });
      const { statusCode = 0, headers } = response;
      // The request is repeated unchanged, including the token (RFC 9725, section 4.5).
      const next = statusCode === 307 || statusCode === 308 ? resolve(headers.location, url) : null;
      if (next === null) return sessionOf({ response, body, url });
      url = next;
    }
    throw new RestreamError('not_whip');
  }

  /** Ends a session. Never rejects, because a session without media ends by itself. */
  async end({ resource }: WhipSession): Promise<void> {
    if (resource === null) return;
    const signal = AbortSignal.timeout(DELETE_MS);
    await this.#send('DELETE', resource, { signal }).catch(() => undefined);
  }

  async #send(
    method: 'POST' | 'DELETE',
    url: string,
    { offer, signal }: { offer?: string; signal: AbortSignal },
  ): Promise<Reply> {
    const socket = await this.#options.dial(url, signal);
    try {
      const { host, pathname, search } = new URL(url);
      const sent = request({
        method,
        path: pathname + search,
        createConnection: () => socket,
        signal,
        headers: {
          host,
          accept: SDP_TYPE,
          authorization: `Bearer ${this.#options.token}`,
          connection: 'close',
          ...(offer !== undefined && { 'content-type': SDP_TYPE }),
          'content-length': Buffer.byteLength(offer ?? ''),
        },
      });
      const response = await responseTo(sent, offer);
      return { response, body: await bodyOf(response), url };
    } catch (error) {
      if (error instanceof RestreamError) throw error;
      throw new RestreamError(signal.aborted ? 'unreachable' : failureOf(error));
    } finally {
      socket.destroy();
    }
  }
}

/** Errors from Node's HTTP parser are named HPE_…; all others are from the connection. */
const failureOf = (error: unknown): 'not_whip' | 'closed' =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('HPE_')
    ? 'not_whip'
    : 'closed';

function responseTo(
  sent: ReturnType<typeof request>,
  body: string | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolveWith, reject) => {
    sent.once('response', resolveWith);
    sent.once('error', reject);
    // After a response with status 101, Node closes the connection without either event.
    sent.once('close', () => reject(new Error('the connection was closed without a response')));
    sent.end(body);
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > SDP_BYTES_MAX) throw new RestreamError('not_whip');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws {RestreamError} */
function sessionOf({ response: { statusCode = 0, headers }, body, url }: Reply): WhipSession {
  const isSdp = headers['content-type']?.toLowerCase().startsWith(SDP_TYPE) ?? false;
  if (statusCode === 201 && isSdp)
    return { answer: body, resource: resolve(headers.location, url) };
  throw new RestreamError(problemOf(statusCode), { retryAfterMs: retryAfterMs(headers) });
}

function problemOf(status: number) {
  switch (status) {
    case 401:
    case 403:
      return 'token_refused';
    case 404:
    case 405:
    case 410:
      return 'endpoint_missing';
    case 409:
      return 'in_use';
    case 400:
    case 406:
    case 415:
    case 422:
      return 'media_refused';
    case 429:
      return 'busy';
    default:
      return status >= 500 && status < 600 ? 'busy' : 'not_whip';
  }
}

/** Returns an absolute `https:` URL; null if there is none. */
function resolve(location: string | undefined, base: string): string | null {
  if (location === undefined || !URL.canParse(location, base)) return null;
  const url = new URL(location, base);
  return url.protocol === 'https:' ? url.href : null;
}

function retryAfterMs({ 'retry-after': text = '' }: IncomingMessage['headers']): number {
  return /^\d{1,6}$/.test(text) ? Math.min(RETRY_AFTER_MAX_S, Number(text)) * 1_000 : 0;
}
