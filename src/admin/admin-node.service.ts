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

/** The call by which a node asks another one what it does. Its body is ignored. */
const REPORT = 'report';
/**
 * How long the load may take to measure, which is less than a call may take: a media worker that
 * hangs says nothing about it.
 */
const LOAD_TIMEOUT_MS = 1_000;
/** Another release may measure its load differently. */
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

  /** Lists all nodes by name, and of nodes with the same name the oldest first. */
  async list(): Promise<AdminNodeView[]> {
    const nodes = [...this.cluster.nodes.values()].toSorted(
      (a, b) => a.name.localeCompare(b.name) || a.startedAt.getTime() - b.startedAt.getTime(),
    );
    return Promise.all(nodes.map((node) => this.#view(node)));
  }

  /**
   * Begins to drain a node; does nothing if it is draining.
   * @throws {DomainError} `node_not_found`; `conflict` if no other node can take its clients;
   *   `unavailable` if the node doesn't answer
   */
  async drain(id: NodeId, by: Administrator): Promise<void> {
    const node = this.cluster.nodes.get(id);
    if (!node) throw new DomainError('node_not_found', 'This node has stopped.');
    if (node.draining) return;
    // A node that hangs is listed, but can't take anything.
    const hasOther = (await this.list()).some(
      (other) => other.id !== id && other.state === 'running',
    );
    if (!hasOther || !(await this.#begin(node)))
      throw new DomainError(
        'conflict',
        'No other node can take this node’s viewers and broadcasts. Start another node first.',
      );
    this.log.info({ node: node.name, id, byId: by.id }, 'an administrator drains a node');
    await this.acts.writeAct({ by, kind: 'node_drained', subject: node.name });
  }

  async #begin({ id, name }: ClusterNode): Promise<boolean> {
    try {
      return await this.nodeDrain.drainNode(id);
    } catch (cause) {
      if (!(cause instanceof CallError)) throw cause;
      throw new DomainError('unavailable', `The node ${name} doesn’t answer. Try again.`, {
        cause,
      });
    }
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
      // It runs, but can't say what it does: it may run an older release.
      return { version: null, load: null };
    }
  }
}
