import type { Clock } from '../common/clock.js';
import type { Log } from '../common/logger.js';
import type { NodeRepository } from './node.repository.js';

const CHECK_EVERY_MS = 60_000;
/** Clocks synchronized with NTP differ by less than this. */
const APART_MS = 500;

type Parts = Readonly<{ nodes: Pick<NodeRepository, 'nowMs'>; clock: Clock; log: Log }>;

/**
 * Compares this node's clock with the database's, and warns if they differ. A difference breaks
 * nothing, but the times of chat messages and the dates in playlists are off by it.
 */
export class ClockWatch {
  #aheadMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: Parts) {}

  /** Checks at once, and then regularly. Never rejects. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.check(), CHECK_EVERY_MS);
    this.#timer.unref();
    await this.check();
  }

  /**
   * How far this node's clock is ahead of the database's, in milliseconds; 0 if the clocks agree.
   */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Logs when the clocks begin to differ, and when they agree again. Never rejects. */
  async check(): Promise<void> {
    const { nodes, clock, log } = this.parts;
    const sentMs = clock.nowMs();
    const databaseMs = await nodes.nowMs().catch((err: unknown) => {
      log.warn({ err }, 'the clock could not be compared with the database’s');
      return null;
    });
    if (databaseMs === null) return;
    // The database read its clock between these two times.
    const receivedMs = clock.nowMs();
    const leastApartMs = Math.max(sentMs - databaseMs, databaseMs - receivedMs, 0);
    const isApart = leastApartMs > APART_MS;
    const wasApart = this.#aheadMs !== 0;
    const aheadMs = Math.round((sentMs + receivedMs) / 2 - databaseMs);
    this.#aheadMs = isApart ? aheadMs : 0;
    if (isApart === wasApart) return;
    if (isApart)
      log.warn(
        { aheadMs },
        'this machine’s clock and the database’s clock differ; synchronize both with NTP',
      );
    else log.info({ aheadMs }, 'this machine’s clock and the database’s agree again');
  }
}
