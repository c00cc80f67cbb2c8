import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { CLUSTER, type Cluster, type ClusterNode, type NodeId } from '../cluster/cluster.js';
import { CallError, NODE_CALLS, type NodeCalls } from '../cluster/node-calls.js';
import { NodeDrain } from '../cluster/node-drain.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import { VERSION } from '../common/version.js';
import { type AdminNodeView, NodeLoad } from '../protocol/admin.js';
import type { Administrator } from '../security-log/admin-event.repository.js';
import { SecurityLog } from '../security-log/security-log.js';
import { LoadMeter } from './load-meter.js';

/** The call that requests another node's load. Its body is ignored. */
const REPORT = 'report';
/**
 * The time limit for measuring the load. It is shorter than that for a call, because a media worker
 * that hangs never reports its load.
 */
const LOAD_TIMEOUT_MS = 1_000;
/** A node with a different release may report its load in a different form. */
const Report = z.object({
  version: z.string().nullable(),
  load: NodeLoad.nullable().catch(null),
});
type Report = z.output<typeof Report>;

/** Lists and drains nodes for administrators. */
@Injectable()
export class AdminNodeService implements OnModuleInit {
  // oxlint-disable-next-line max-params -- Injected by Nest: the cluster, the load, and the logs.
  constructor(
    private readonly meter: LoadMeter,
    private readonly nodeDrain: NodeDrain,
    private readonly acts: SecurityLog,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.calls.answer(REPORT, () => this.#report());
  }

  /** Lists all nodes by name. Among nodes with the same name, the oldest is first. */
  async list(): Promise<AdminNodeView[]> {
    const nodes = [...this.cluster.nodes.values()].toSorted(
      (a, b) => a.name.localeCompare(b.name) || a.startedAt.getTime() - b.startedAt.getTime(),
    );
    return Promise.all(nodes.map((node) => this.#view(node)));
  }

  /**
   * Starts draining a node; does nothing if it is already draining.
   * @throws {DomainError} `node_not_found`; `conflict` if no other node can take its clients;
   *   `unavailable` if the node isn't responding
   */
  async drain(id: NodeId, by: Administrator): Promise<void> {
    const node = this.#find(id);
    if (node.draining) return;
    if (!(await answerOf(node, this.nodeDrain.drainNode(id))))
      throw new DomainError(
        'conflict',
        'No other node can take this node’s viewers and broadcasts. Start another node first.',
      );
    this.log.info({ node: node.name, id, byId: by.id }, 'an administrator started to drain a node');
    await this.acts.writeAct({ by, kind: 'node_drained', subject: node.name });
  }

  /**
   * Cancels the drain of a node; does nothing if it isn't draining.
   * @throws {DomainError} `node_not_found`; `conflict` if the node is stopping, or its release
   *   can't cancel a drain; `unavailable` if the node isn't responding
   */
  async cancelDrain(id: NodeId, by: Administrator): Promise<void> {
    const node = this.#find(id);
    if (!node.draining) return;
    if (!(await answerOf(node, this.nodeDrain.cancelNode(id))))
      throw new DomainError('conflict', `The node ${node.name} is stopping.`);
    this.log.info({ node: node.name, id, byId: by.id }, 'an administrator canceled a drain');
    await this.acts.writeAct({ by, kind: 'node_drain_cancelled', subject: node.name });
  }

  #find(id: NodeId): ClusterNode {
    const node = this.cluster.nodes.get(id);
    if (!node) throw new DomainError('node_not_found', 'This node has stopped.');
    return node;
  }

  async #view(node: ClusterNode): Promise<AdminNodeView> {
    const { id, name, url, startedAt, draining, seenAt } = node;
    const report = id === this.cluster.self ? await this.#report() : await this.#ask(id);
    const lastSeenAt = report === 'unreachable' ? seenAt : new Date(this.clock.nowMs());
    return {
      id,
      name,
      url: url === '' ? null : url,
      startedAt: startedAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
      ...(report === 'unreachable'
        ? { state: 'unreachable', version: null, load: null }
        : { state: draining ? 'draining' : 'running', ...report }),
    };
  }

  async #report(): Promise<Report> {
    const tooLate = sleep(LOAD_TIMEOUT_MS, null, { ref: false });
    return { version: VERSION, load: await Promise.race([this.meter.read(), tooLate]) };
  }

  async #ask(id: NodeId): Promise<Report | 'unreachable'> {
    try {
      return Report.parse(await this.calls.call(id, REPORT, null));
    } catch (error) {
      const failure = error instanceof CallError ? error.failure : 'failed';
      if (failure === 'unreachable' || failure === 'gone') return 'unreachable';
      // The node runs, but can't report its load, perhaps because its release is older.
      return { version: null, load: null };
    }
  }
}

/** Resolves with a node's answer. */
async function answerOf<T>({ name }: ClusterNode, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    if (!(cause instanceof CallError)) throw cause;
    if (cause.failure === 'refused')
      throw new DomainError('conflict', `${name} runs a release that doesn’t support this.`, {
        cause,
      });
    throw new DomainError('unavailable', `The node ${name} isn’t responding. Try again.`, {
      cause,
    });
  }
}
