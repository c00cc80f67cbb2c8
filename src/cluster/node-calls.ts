import type { NodeId } from './cluster.js';

/** The reason why a call failed. The caller should check which node is responsible now. */
export type CallFailure =
  /** The node can't be reached, or didn't answer in time; it may have carried out the call. */
  | 'unreachable'
  /**
   * The target of the call no longer exists: another node answers at this URL, or the handler threw
   * a CallError with this failure.
   */
  | 'gone'
  /** The node refused the call: wrong key, clocks too far apart, or unknown call. */
  | 'refused'
  /** The node failed to answer. */
  | 'failed';

/** Reports that a call to another node failed. */
export class CallError extends Error {
  constructor(
    readonly failure: CallFailure,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = 'CallError';
  }
}

/** Calls from node to node. */
export interface NodeCalls {
  /**
   * Calls a node; resolves with the JSON value that it answered.
   * @throws {CallError} if it did not answer
   */
  call(node: NodeId, name: string, body: unknown, options?: CallOptions): Promise<unknown>;
  /**
   * Answers calls of that name from other nodes. The handler must validate the body. If it rejects,
   * the error is logged, and the caller gets `failed`.
   */
  answer(name: string, handler: CallHandler): void;
  /**
   * Calls a node that answers and then keeps sending. Resolves with the answer and the stream, which
   * the caller must read and close.
   * @throws {CallError} if it did not answer
   */
  open(node: NodeId, name: string, body: unknown, options?: CallOptions): Promise<OpenedStream>;
  /** Answers streams of that name from other nodes, in the same way as {@link answer}. */
  answerStream(name: string, handler: StreamHandler): void;
}

export type CallOptions = Readonly<{
  /** How long to wait for the answer; two seconds by default. */
  timeoutMs?: number;
}>;
export type CallHandler = (body: unknown, from: NodeId) => unknown;
/** Resolves with the answer. Messages that it has sent on the stream by then follow the answer. */
export type StreamHandler = (body: unknown, from: NodeId, stream: NodeStream) => Promise<unknown>;
export type OpenedStream = Readonly<{ answer: unknown; stream: NodeStream }>;

/**
 * One of the two ends of a stream between nodes. Iterating it yields the JSON values that the other
 * end sent, until either end closes it. An end closes at once if the other end's process ends,
 * after two seconds if the network between them is cut, and when a megabyte is waiting to be read.
 */
export interface NodeStream extends AsyncIterable<unknown> {
  readonly isClosed: boolean;
  /** Resolves when the stream has closed. */
  readonly closed: Promise<void>;
  /** Sends a JSON value, unless the stream is closed. */
  send(message: unknown): void;
  /** Closes both ends. Idempotent. */
  close(): void;
}

/** Nest's injection token for {@link NodeCalls}. */
export const NODE_CALLS = Symbol('NodeCalls');

/** The calls of a single-node service, which has no other nodes to call. */
export const SOLO_CALLS: NodeCalls = {
  call: (node) => Promise.reject(new CallError('gone', `node ${node} does not exist`)),
  answer: () => undefined,
  open: (node) => Promise.reject(new CallError('gone', `node ${node} does not exist`)),
  answerStream: () => undefined,
};

/** Returns the reason why a call failed, from the status of the response. */
export function failureOf(status: number): CallFailure {
  if (status === 410) return 'gone';
  return status === 403 || status === 404 ? 'refused' : 'failed';
}
