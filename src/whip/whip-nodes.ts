import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { CLUSTER, type Cluster, type NodeId } from '../cluster/cluster.js';
import { CallError, NODE_CALLS, type NodeCalls } from '../cluster/node-calls.js';
import { DomainError } from '../common/domain-error.js';
import { isUuid } from '../common/uuid.js';
import { CONFIG, type Config } from '../config/config.js';
import { ErrorBody } from '../protocol/error.js';
import type { IcePatched } from '../http-rtc/ice-session.js';

const REQUEST = 'whip-session';
const RETRY_MS = 1_000;

/** A request for a session, whose path is `/whip/NAME/ID`. */
const SessionRequest = z.object({
  name: z.string(),
  id: z.string(),
  /** Null: the session is to be deleted. */
  patch: z.object({ ifMatch: z.string().optional(), fragment: z.string() }).nullable(),
});
export type SessionRequest = z.output<typeof SessionRequest>;

const Answer = z.union([
  z.object({
    restarted: z.object({ etag: z.string(), body: z.string() }).nullable(),
  }),
  z.object({ error: ErrorBody }),
]);

/**
 * Finds the sessions of all nodes. Behind a balancer, an encoder's later requests can reach another
 * node than its first, so the id of a session starts with the id of its node.
 */
@Injectable()
export class WhipNodes implements OnModuleInit {
  #answer: (request: SessionRequest) => Promise<IcePatched> = () =>
    Promise.reject(sessionNotFound());

  constructor(
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.calls.answer(REQUEST, async (body) => {
      try {
        return await this.#answer(SessionRequest.parse(body));
      } catch (error) {
        if (error instanceof DomainError) return { error: error.toBody() };
        throw error;
      }
    });
  }

  /** Sets what answers the requests of other nodes. */
  answer(answer: (request: SessionRequest) => Promise<IcePatched>): void {
    this.#answer = answer;
  }

  /** Returns the id of a session of this node. A node alone doesn't need its own id in it. */
  idOf(secret: string): string {
    return this.config.node.url === null ? secret : `${this.cluster.self}.${secret}`;
  }

  /** Returns the node of a session; null if it is this one, or if the id is malformed. */
  otherNodeOf(id: string): NodeId | null {
    const [node, secret] = id.split('.');
    const isOther = secret !== undefined && node !== this.cluster.self;
    return isOther && node !== undefined && isUuid(node) ? node : null;
  }

  /**
   * Passes a request on to the session's node.
   * @throws {DomainError} its error; `not_found` if it has ended; `unavailable` if it doesn't answer
   */
  async forward(node: NodeId, request: SessionRequest): Promise<IcePatched> {
    const reply = await this.calls.call(node, REQUEST, request).catch((cause: unknown) => {
      if (!(cause instanceof CallError)) throw cause;
      if (cause.failure === 'gone') throw sessionNotFound();
      throw new DomainError(
        'unavailable',
        'The server that has this session doesn’t answer. Try again in a moment.',
        { cause, retryAfterMs: RETRY_MS },
      );
    });
    const answer = Answer.parse(reply);
    if (!('error' in answer)) return answer;
    const { code, message, retryAfterMs } = answer.error;
    throw new DomainError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
}

export function sessionNotFound(): DomainError {
  return new DomainError('not_found', 'Session not found. It may have ended.');
}
