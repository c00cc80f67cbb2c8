import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../common/clock.js';
import type { Log } from '../common/logger.js';
import { StartError } from '../common/start-error.js';
import type { CallVerifier } from './call-signature.js';
import { HttpStream } from './http-stream.js';
import { LineInput } from './line-input.js';
import { CallError, type CallHandler, type StreamHandler } from './node-calls.js';
import type { NodeId } from './cluster.js';
import { resourceCall, type ResourceHandler } from './node-resources.js';

/** The maximum size of a call, in bytes. */
const BODY_MAX = 1_048_576;
const BODY_TIMEOUT_MS = 15_000;
/** The maximum length of a stream's line, and of all its unread lines, in characters. */
export const LINES_MAX = 1_048_576;
export const CALL_PATH = '/node/';
/** The content type of both bodies of a stream. */
export const STREAM_TYPE = 'application/x-ndjson';

type Options = Readonly<{
  /** NODE_URL: the server listens on its host and port. */
  url: URL;
  verifier: CallVerifier;
  isMember: (id: NodeId) => Promise<boolean>;
  clock: Clock;
  log: Log;
}>;

/** Answers calls and GET requests from other nodes, and from nobody else, at NODE_URL. */
export class NodeServer {
  readonly #handlers = new Map<string, CallHandler>();
  readonly #streamHandlers = new Map<string, StreamHandler>();
  readonly #resources = new Map<string, ResourceHandler>();
  readonly #server: Server;

  private constructor(private readonly options: Options) {
    this.#server = createServer(
      // The requests of streams never end.
      { headersTimeout: 5_000, requestTimeout: 0, keepAliveTimeout: 60_000 },
      (request, response) => void this.#handle(request, response),
    );
  }

  /** @throws {StartError} if the address is unusable */
  static async listen(options: Options): Promise<NodeServer> {
    const server = new NodeServer(options);
    const { hostname, port } = options.url;
    const host = hostname.replace(/^\[|\]$/g, '');
    try {
      server.#server.listen(Number(port === '' ? 80 : port), host);
      await once(server.#server, 'listening');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StartError(
        `Onair can't listen for other nodes at ${options.url.origin}: ${reason}. Set NODE_URL to an address of this machine with a free port.`,
        { cause },
      );
    }
    return server;
  }

  answer(name: string, handler: CallHandler): void {
    if (this.#handlers.has(name)) throw new Error(`two handlers answer ${name}`);
    this.#handlers.set(name, handler);
  }

  answerStream(name: string, handler: StreamHandler): void {
    if (this.#streamHandlers.has(name)) throw new Error(`two handlers answer ${name}`);
    this.#streamHandlers.set(name, handler);
  }

  /** Answers GET requests for paths whose first segment is this one. */
  serve(folder: string, handler: ResourceHandler): void {
    if (this.#resources.has(folder)) throw new Error(`two handlers serve ${folder}`);
    this.#resources.set(folder, handler);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = request.url?.startsWith(CALL_PATH) ? request.url.slice(CALL_PATH.length) : '';
    try {
      if (request.method === 'GET') return await this.#get(name, request, response);
      if (request.headers['content-type'] === STREAM_TYPE)
        return await this.#stream(name, request, response);
      const body = await inTime(request, () => readBody(request));
      if (request.method !== 'POST' || body === null) return reply(response, 403, 'refused');
      const from = await this.#callerOf(request, response, { name, body });
      if (from === null) return;
      const handler = this.#handlers.get(name);
      if (!handler) return reply(response, 404, 'unknown_call');
      reply(response, 200, (await handler(JSON.parse(body), from)) ?? null);
    } catch (err) {
      this.#failed(name, err, response);
    }
  }

  /** The first line of a stream is its call. */
  async #stream(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = new LineInput(request, LINES_MAX);
    const body = await inTime(request, () => input.next());
    if (request.method !== 'POST' || body === null) return reply(response, 403, 'refused');
    const from = await this.#callerOf(request, response, { name, body });
    if (from === null) return;
    const handler = this.#streamHandlers.get(name);
    if (!handler) return reply(response, 404, 'unknown_call');
    const stream = new HttpStream(input);
    try {
      const answer = await handler(JSON.parse(body), from, stream);
      if (stream.isClosed) return;
      response.writeHead(200, { 'content-type': STREAM_TYPE });
      response.write(`${JSON.stringify(answer ?? null)}\n`);
      stream.begin(response);
    } catch (err) {
      response.once('finish', () => stream.close());
      this.#failed(name, err, response);
    }
  }

  #failed(name: string, err: unknown, response: ServerResponse): void {
    const isGone = err instanceof CallError && err.failure === 'gone';
    if (!isGone) this.options.log.error({ err, call: name }, 'a call from another node failed');
    if (response.headersSent) response.destroy();
    else reply(response, isGone ? 410 : 500, isGone ? 'gone' : 'failed');
  }

  async #get(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const from = await this.#callerOf(request, response, { name: resourceCall(path), body: '' });
    if (from === null) return;
    const [folder = ''] = path.split('/', 1);
    const handler = this.#resources.get(folder);
    if (!handler) return reply(response, 404, 'unknown_resource');
    await handler(`/${path}`, request, response);
  }

  /** Returns the node that made a call; refuses the call and returns null if no node did. */
  async #callerOf(
    request: IncomingMessage,
    response: ServerResponse,
    { name, body }: { name: string; body: string },
  ): Promise<NodeId | null> {
    const { verifier, clock, isMember, log } = this.options;
    const caller = verifier.verify(request.headers, name, body, clock.nowMs());
    if (caller === 'wrong_node') {
      reply(response, 410, 'gone');
      return null;
    }
    if (typeof caller !== 'string' && (await isMember(caller.from))) return caller.from;
    const why = typeof caller === 'string' ? caller : 'unknown_node';
    log.warn(
      { call: name, why, address: request.socket.remoteAddress },
      'a call from another node was refused',
    );
    reply(response, 403, why);
    return null;
  }
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Destroys a request whose content doesn't arrive in time. */
async function inTime<T>(request: IncomingMessage, read: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => request.destroy(), BODY_TIMEOUT_MS);
  try {
    return await read();
  } finally {
    clearTimeout(timer);
  }
}

/** Returns null for a body that is too long. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
