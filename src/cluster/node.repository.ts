import { isUuid } from '../common/uuid.js';
import { PrismaService } from '../db/prisma.service.js';
import type { ClusterNode, NodeId } from './cluster.js';

/** Stores the running nodes. */
export class NodeRepository {
  constructor(private readonly db: PrismaService) {}

  /**
   * Lists all nodes. Adds this one first if it is missing, because others may have found it dead.
   */
  async listWith(self: ClusterNode): Promise<ClusterNode[]> {
    const nodes = await this.db.node.findMany();
    if (nodes.some(({ id }) => id === self.id)) return nodes;
    await this.db.node.create({ data: self });
    return [...nodes, self];
  }

  /** Resolves to null for an unknown node, and for text that can't be an id. */
  async find(id: NodeId): Promise<ClusterNode | null> {
    if (!isUuid(id)) return null;
    return this.db.node.findUnique({ where: { id } });
  }

  /**
   * Marks a node as draining if one of the others isn't, so that two nodes never leave their
   * clients to each other.
   */
  async drain(id: NodeId, others: readonly NodeId[]): Promise<boolean> {
    const count = await this.db.$executeRaw`
      WITH locked AS (SELECT id, draining FROM nodes ORDER BY id FOR UPDATE)
      UPDATE nodes SET draining = true
      WHERE id = ${id}::uuid AND EXISTS (SELECT FROM locked WHERE id = ANY(${[...others]}::uuid[]) AND NOT draining)`;
    return count > 0;
  }

  /** Marks a node as no longer draining. */
  async endDrain(id: NodeId): Promise<void> {
    await this.db.node.updateMany({ where: { id }, data: { draining: false } });
  }

  /** Stores that a node is running now, by the database's clock. */
  async setSeen(id: NodeId): Promise<void> {
    await this.db.$executeRaw`UPDATE nodes SET seen_at = now() WHERE id = ${id}::uuid`;
  }

  /** Resolves with the time by the database's clock. */
  async nowMs(): Promise<number> {
    const [row] = await this.db.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
    if (!row) throw new Error('the database returned no time');
    return row.now.getTime();
  }

  /** Resolves with whether the node was listed. */
  async remove(id: NodeId): Promise<boolean> {
    const { count } = await this.db.node.deleteMany({ where: { id } });
    return count > 0;
  }

  /** Resolves with the keys whose advisory locks are held. */
  async locked(keys: readonly bigint[]): Promise<Set<bigint>> {
    const rows = await this.db.$queryRaw<{ key: bigint }[]>`
      SELECT classid::bigint << 32 | objid::bigint AS key FROM pg_locks
      WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (classid::bigint << 32 | objid::bigint) = ANY(${[...keys]}::bigint[])`;
    return new Set(rows.map(({ key }) => key));
  }
}
