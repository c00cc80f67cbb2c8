import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CLUSTER, type Cluster, type NodeId } from '../cluster/cluster.js';
import { CallError, NODE_CALLS, type NodeCalls } from '../cluster/node-calls.js';
import { accepted, Refused, refusing } from '../cluster/refusals.js';
import { DomainError } from '../common/domain-error.js';
import { isUuid } from '../common/uuid.js';
import { CONFIG, type Config } from '../config/config.js';

const RETRY_MS = 1_000;

/** A request for the session `/whip/NAME/ID` or `/whep/NAME/ID`. */
type Request = Readonly<{ name: string; id: string }>;

/** How requests of one kind are parsed, and how they are handled on this node. */
type Kind<R extends Request, A> = Readonly<{
  request: z.ZodType<R>;
  answer: z.ZodType<A>;
  /** Handles a request for a session on this node. */
  handle: (request: R) => A | Promise<A>;
}>;

/**
 * The destination of a session's events. `write` returns false if the sink accepts no more; the
 * stream is then ended.
 */
export type EventSink = Readonly<{ write(text: string): boolean; end(): void }>;
/** Writes events to a sink until the returned function is called. */
export type EventSource = (sink: EventSink) => () => void;

/** How requests for one kind of stream are parsed, and how those streams are opened on this node. */
type StreamKind<R extends Request> = Readonly<{
  request: z.ZodType<R>;
  /** Handles a request for a session on this node. */
  open: (request: R) => EventSource;
}>;

/**
 * Passes requests on to the nodes that hold their sessions. Behind a load balancer, a client's
 * later requests can reach a different node from the first one, so a session id starts with the id
 * of the session's node.
 */
@Injectable()
export class SessionNodes {
  constructor(
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Returns the id for a session on this node. On a single node, it doesn't contain the node's id.
   */
  idOf(secret: string): string {
    return this.config.node.url === null ? secret : `${this.cluster.self}.${secret}`;
  }

  /** Whether a session, if it exists, is on this node. */
  isHere(id: string): boolean {
    return this.#otherNodeOf(id) === null;
  }

  /**
   * Returns a function that has a request handled by the node that holds the request's session. The
   * function throws that node's errors, `not_found` if the node has stopped, and `unavailable` if it
   * isn't responding.
   * @param call the name of the call by which nodes pass such requests on to each other
   */
  route<R extends Request, A>(
    call: string,
    { request, answer, handle }: Kind<R, A>,
  ): (request: R) => Promise<A> {
    this.calls.answer(call, (body) => refusing(() => handle(request.parse(body))));
    const answers = z.union([Refused, answer]);
    return async (target) => {
      const node = this.#otherNodeOf(target.id);
      if (node === null) return handle(target);
      const reply = await this.calls.call(node, call, target).catch(throwRefusal);
      return accepted(answers.parse(reply));
    };
  }

  /** Returns a function that opens a stream on the node that holds its session; see {@link route}. */
  routeStream<R extends Request>(
    call: string,
    { request, open }: StreamKind<R>,
  ): (request: R) => Promise<EventSource> {
    this.calls.answerStream(call, (body, _from, stream) =>
      refusing(() => {
        const end = open(request.parse(body))({
          write: (text) => {
            stream.send(text);
            return !stream.isClosed;
          },
          // The other end closes the stream when it has read everything.
          end: () => stream.send(null),
        });
        void stream.closed.then(end);
        return null;
      }),
    );
    const answers = z.union([Refused, z.null()]);
    return async (target) => {
      const node = this.#otherNodeOf(target.id);
      if (node === null) return open(target);
      const { answer, stream } = await this.calls.open(node, call, target).catch(throwRefusal);
      try {
        accepted(answers.parse(answer));
      } catch (error) {
        stream.close();
        throw error;
      }
      return (sink) => {
        const pass = async () => {
          for await (const text of stream) if (typeof text !== 'string' || !sink.write(text)) break;
        };
        // A message that isn't JSON ends the stream.
        void pass()
          .catch(() => stream.close())
          .then(() => sink.end());
        return () => stream.close();
      };
    };
  }

  /** Returns the node of a session; null if it is this one, or if the id is malformed. */
  #otherNodeOf(id: string): NodeId | null {
    const [node, secret] = id.split('.');
    const isOther = secret !== undefined && node !== this.cluster.self;
    return isOther && node !== undefined && isUuid(node) ? node : null;
  }
}

export function sessionNotFound(): DomainError {
  return new DomainError('not_found', 'Session not found. It may have ended.');
}

function throwRefusal(cause: unknown): never {
  if (!(cause instanceof CallError)) throw cause;
  if (cause.failure === 'gone') throw sessionNotFound();
  throw new DomainError(
    'unavailable',
    'The server that has this session isn’t responding. Try again in a moment.',
    { cause, retryAfterMs: RETRY_MS },
  );
}
