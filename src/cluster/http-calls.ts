import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Clock } from '../common/clock.js';
import type { Secrets } from '../secrets/secrets.js';
import { signCall } from './call-signature.js';
import type { ClusterNode, NodeId } from './cluster.js';
import { HttpStream } from './http-stream.js';
import { LineInput } from './line-input.js';
import {
  CallError,
  type CallHandler,
  type CallOptions,
  failureOf,
  type NodeCalls,
  type OpenedStream,
  type StreamHandler,
} from './node-calls.js';
import { CALL_PATH, LINES_MAX, type NodeServer, STREAM_TYPE } from './node-server.js';

const TIMEOUT_MS = 2_000;

type PostOptions = Readonly<{ type: string; agent: Agent | false; signal: AbortSignal }>;

/**
 * Calls between nodes over HTTP, at their internal addresses, signed with a key that all nodes
 * share.
 */
export class HttpCalls implements NodeCalls {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  readonly #streams = new Set<HttpStream>();

  constructor(
    private readonly self: NodeId,
    private readonly find: (id: NodeId) => Promise<ClusterNode | null>,
    private readonly server: NodeServer,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  async call(
    to: NodeId,
    name: string,
    body: unknown,
    { timeoutMs = TIMEOUT_MS }: CallOptions = {},
  ): Promise<unknown> {
    const content = JSON.stringify(body ?? null);
    const { node, post } = await this.#prepare(to, name, content);
    const answer = await withoutAnswerAfter(timeoutMs, node, name, async (signal) => {
      const sent = post({ type: 'application/json', agent: this.#agent, signal });
      sent.end(content);
      const response = await responseTo(sent);
      return { status: response.statusCode ?? 0, body: await text(response) };
    });
    if (answer.status === 200) return JSON.parse(answer.body);
    throw refusal(node, name, answer);
  }

  async open(
    to: NodeId,
    name: string,
    body: unknown,
    { timeoutMs = TIMEOUT_MS }: CallOptions = {},
  ): Promise<OpenedStream> {
    const content = JSON.stringify(body ?? null);
    const { node, post } = await this.#prepare(to, name, content);
    const opened = await withoutAnswerAfter(timeoutMs, node, name, async (signal) => {
      // The signal limits only the time until the answer.
      const sent = post({ type: STREAM_TYPE, agent: false, signal });
      sent.write(`${content}\n`);
      const response = await responseTo(sent);
      const status = response.statusCode ?? 0;
      if (status !== 200) return { status, body: await text(response), sent };
      const input = new LineInput(response, LINES_MAX);
      const answer = await input.next();
      if (answer === null) throw new Error('the connection was closed before the response');
      return { status, body: answer, sent, input };
    });
    if (!opened.input) {
      opened.sent.destroy();
      throw refusal(node, name, opened);
    }
    const stream = new HttpStream(opened.input);
    stream.begin(opened.sent);
    this.#streams.add(stream);
    void stream.closed.then(() => this.#streams.delete(stream));
    return { answer: JSON.parse(opened.body), stream };
  }

  answer(name: string, handler: CallHandler): void {
    this.server.answer(name, handler);
  }

  answerStream(name: string, handler: StreamHandler): void {
    this.server.answerStream(name, handler);
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
    this.#agent.destroy();
  }

  async #prepare(to: NodeId, name: string, content: string) {
    const node = await this.find(to).catch((cause: unknown) => {
      throw new CallError('unreachable', `the address of node ${to} is unknown`, { cause });
    });
    if (!node) throw new CallError('gone', `node ${to} does not exist`);
    const { self: from, secrets, clock } = this;
    const signature = signCall(secrets, { name, from, to, body: content }, clock.nowMs());
    const url = `${node.url}${CALL_PATH}${name}`;
    const post = ({ type, ...options }: PostOptions): ClientRequest => {
      const headers = { ...signature, 'content-type': type };
      return request(url, { method: 'POST', headers, ...options });
    };
    return { node, post };
  }
}

/** Runs the steps of a call, whose answer must arrive in time. */
async function withoutAnswerAfter<T>(
  timeoutMs: number,
  { name: node }: ClusterNode,
  name: string,
  steps: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const aborter = new AbortController();
  const timer = setTimeout(() => aborter.abort(), timeoutMs);
  try {
    return await steps(aborter.signal);
  } catch (cause) {
    throw new CallError('unreachable', `node ${node} did not respond to ${name}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

async function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.on('error', reject);
  sent.on('response', resolve);
  return promise;
}

function refusal(
  { name: node }: ClusterNode,
  name: string,
  { status, body }: { status: number; body: string },
): CallError {
  return new CallError(failureOf(status), `node ${node} answered ${name} with ${status} ${body}`);
}
