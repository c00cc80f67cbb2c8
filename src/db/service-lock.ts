import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Log } from '../common/logger.js';
import { StartError } from '../common/start-error.js';
import { DatabaseSession } from './database-session.js';
import { withoutPassword } from './postgres.js';

/** The key of the advisory lock that every server that uses the database holds. */
const LOCK = 72_707_370;
const RETRY_EVERY_MS = 500;
/**
 * How long to wait for the lock of a server that has stopped, in milliseconds. If that server's
 * machine failed, the database notices within five seconds.
 */
const PATIENCE_MS = 8_000;

/**
 * The right to use a PostgreSQL database. The nodes of a cluster share it. A server without
 * NODE_URL has it exclusively, because it treats everything in the database as its own.
 */
export class ServiceLock {
  private constructor(private readonly session: DatabaseSession) {}

  /**
   * Takes the lock.
   * @param isNode whether other nodes may use the database too
   * @throws {StartError} if another server uses the database, and one of the two isn't a node
   */
  static async take(options: {
    url: string;
    isNode: boolean;
    log: Log;
    patienceMs?: number;
  }): Promise<ServiceLock> {
    const { url, isNode, log, patienceMs = PATIENCE_MS } = options;
    const session = await DatabaseSession.open({
      url,
      log,
      prepare: async (client) => {
        if (await isTaken(client, isNode, patienceMs)) return;
        const message = whyRefused(url, isNode);
        // When reconnecting, the session ignores this error and retries.
        log.error(message);
        throw new StartError(message);
      },
    });
    return new ServiceLock(session);
  }

  /** Releases the lock. Idempotent. */
  close(): Promise<void> {
    return this.session.close();
  }
}

async function isTaken(
  client: pg.ClientBase,
  isNode: boolean,
  patienceMs: number,
): Promise<boolean> {
  const take = isNode ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(`SELECT ${take}(${LOCK}) AS taken`);
    if (rows[0]?.taken === true) return true;
    if (performance.now() >= giveUpAt) return false;
    await sleep(RETRY_EVERY_MS);
  }
}

function whyRefused(url: string, isNode: boolean): string {
  const database = withoutPassword(url);
  return isNode
    ? `The database ${database} is used by a server without NODE_URL, which can't share it. Stop that server, or make it a node too by setting its NODE_URL.`
    : `The database ${database} is used by another server. Stop it, give this one its own database, or make both servers nodes of one service by setting NODE_URL on each.`;
}
