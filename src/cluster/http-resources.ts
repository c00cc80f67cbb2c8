import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Clock } from '../common/clock.js';
import type { Secrets } from '../secrets/secrets.js';
import { signCall } from './call-signature.js';
import type { ClusterNode, NodeId } from './cluster.js';
import { CallError, failureOf } from './node-calls.js';
import {
  type NodeResource,
  type NodeResources,
  resourceCall,
  type ResourceHandler,
  type ResourceOptions,
} from './node-resources.js';
import { CALL_PATH, type NodeServer } from './node-server.js';

/**
 * The maximum number of simultaneous requests to one node; further requests are queued. Each
 * request occupies a connection while it waits. A watched broadcast accounts for about ten of them.
 */
const SOCKETS_MAX = 4_096;
/** The maximum number of idle connections to one node that are kept open for reuse. */
const FREE_SOCKETS_MAX = 256;
const CONNECT_MS = 2_000;
/**
 * A response can take a long time, so TCP keepalive detects dead connections. After this idle time,
 * a probe is sent every second, and the connection fails after ten unanswered probes.
 */
const PROBE_AFTER_MS = 1_000;

type Parts = Readonly<{
  self: NodeId;
  find: (id: NodeId) => Promise<ClusterNode | null>;
  server: NodeServer;
  secrets: Secrets;
  clock: Clock;
}>;

/**
 * Sends and serves GET requests between nodes over HTTP, at their internal addresses. The requests
 * are signed with a key that all nodes share.
 */
export class HttpResources implements NodeResources {
  readonly #agent = new Agent({
    keepAlive: true,
    keepAliveMsecs: PROBE_AFTER_MS,
    maxSockets: SOCKETS_MAX,
    maxFreeSockets: FREE_SOCKETS_MAX,
  });

  constructor(private readonly parts: Parts) {}

  async get(to: NodeId, path: string, options: ResourceOptions): Promise<NodeResource> {
    const node = await this.parts.find(to).catch((cause: unknown) => {
      throw new CallError('unreachable', `the address of node ${to} is unknown`, { cause });
    });
    if (!node) throw new CallError('gone', `node ${to} does not exist`);
    const resource = await this.#fetch(node, path, options).catch((cause: unknown) => {
      throw new CallError('unreachable', `node ${node.name} did not respond to GET ${path}`, {
        cause,
      });
    });
    const { status } = resource;
    // NodeServer itself sends these statuses when it rejects a request; resource handlers never do.
    if (status === 403 || status === 410)
      throw new CallError(
        failureOf(status),
        `node ${node.name} responded to GET ${path} with ${status}`,
      );
    return resource;
  }

  serve(folder: string, handler: ResourceHandler): void {
    this.parts.server.serve(folder, handler);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #fetch(node: ClusterNode, path: string, options: ResourceOptions): Promise<NodeResource> {
    try {
      return await this.#send(node, path, options);
    } catch (error) {
      // The other node closed an idle connection just as it was reused.
      if (!(error instanceof StaleConnectionError) || options.signal.aborted) throw error;
      return this.#send(node, path, options);
    }
  }

  async #send(
    { id: to, url }: ClusterNode,
    path: string,
    { headers, signal, maxBytes }: ResourceOptions,
  ): Promise<NodeResource> {
    const { self: from, secrets, clock } = this.parts;
    const call = { name: resourceCall(path), from, to, body: '' };
    const sent = request(`${url}${CALL_PATH}${path}`, {
      headers: { ...headers, ...signCall(secrets, call, clock.nowMs()) },
      agent: this.#agent,
      signal,
    });
    boundConnecting(sent);
    // Without a listener, an error would end the process. The error reaches the caller through
    // `once`, or through the body if the response has begun.
    sent.on('error', () => undefined);
    sent.end();
    let response: IncomingMessage;
    try {
      [response] = (await once(sent, 'response')) as [IncomingMessage];
    } catch (cause) {
      throw sent.reusedSocket ? new StaleConnectionError(cause) : cause;
    }
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: await readBody(response, maxBytes),
    };
  }
}

class StaleConnectionError extends Error {
  constructor(cause: unknown) {
    super('an idle connection was closed', { cause });
    this.name = 'StaleConnectionError';
  }
}

function boundConnecting(sent: ClientRequest): void {
  sent.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => sent.destroy(new Error('connecting took too long')), CONNECT_MS);
    socket.once('connect', () => socket.setKeepAlive(true, PROBE_AFTER_MS));
    for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
  });
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the body is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}
