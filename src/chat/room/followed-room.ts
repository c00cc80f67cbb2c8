import type { ChatRoom, RoomPosition } from './chat-room.js';
import { RoomOrder } from './room-order.js';

/**
 * How long messages after a gap wait for the missing ones to arrive from other nodes. After that,
 * the missing ones are read from the database.
 */
const GAP_PATIENCE_MS = 40;

/**
 * In a cluster, a node's progress in sending an open room's messages and applying the room's
 * changes.
 */
export class FollowedRoom {
  readonly room: ChatRoom;
  #order: RoomOrder;
  #version: number;
  #newestVersion: number;
  #mustReload = false;
  #running: Promise<void> | null = null;
  #gapTimer: NodeJS.Timeout | undefined;
  /** Whether something new was stored during the current step. */
  #mustRunAgain = false;

  constructor(room: ChatRoom) {
    this.room = room;
    this.#order = new RoomOrder(room.openedAt.seq);
    this.#version = room.openedAt.version;
    this.#newestVersion = this.#version;
  }

  get order(): RoomOrder {
    return this.#order;
  }

  /** The version of the last change that was applied. */
  get version(): number {
    return this.#version;
  }

  /** Whether stored changes have yet to be applied. */
  get isVersionBehind(): boolean {
    return this.#newestVersion > this.#version;
  }

  /**
   * Whether messages or changes that this node sent are missing from the database, because a
   * failover lost commits.
   */
  get mustReload(): boolean {
    return this.#mustReload;
  }

  /** Records that a change with this version is stored. */
  heardVersion(version: number): void {
    this.#newestVersion = Math.max(this.#newestVersion, version);
  }

  applied(version: number): void {
    this.#version = version;
    this.heardVersion(version);
  }

  /**
   * Compares the stored position with this node's position when the query began, because the result
   * may lack whatever was sent since then.
   */
  compare({ seq, version }: RoomPosition, here: { lastSent: number; version: number }): void {
    if (seq < here.lastSent || version < here.version) this.#mustReload = true;
    this.#order.heard(seq);
    this.heardVersion(version);
  }

  /**
   * Continues from the position at which the room was reloaded.
   * @param before.lastSent the last seq that was sent before the reload
   */
  restart({ seq, version }: RoomPosition, { lastSent }: { lastSent: number }): void {
    // Unless messages were lost, the order continues, because clients drop messages that they
    // receive twice.
    if (seq < lastSent) this.#order = new RoomOrder(seq);
    this.#version = version;
    this.#newestVersion = version;
    this.#mustReload = false;
  }

  /**
   * Runs `step` until it resolves to false; only one run is active at a time. Resolves when the run
   * has handled everything that was recorded before its end.
   */
  run(step: () => Promise<boolean>): Promise<void> {
    if (!this.#order.isBehind && !this.isVersionBehind && !this.#mustReload)
      return Promise.resolve();
    this.#mustRunAgain = true;
    this.#running ??= this.#run(step);
    return this.#running;
  }

  /** Calls `catchUp` if messages are still missing after {@link GAP_PATIENCE_MS}. */
  waitForGap(catchUp: () => void): void {
    if (!this.#order.isBehind) return;
    this.#gapTimer ??= setTimeout(() => {
      this.#gapTimer = undefined;
      if (this.#order.isBehind) catchUp();
    }, GAP_PATIENCE_MS);
  }

  close(): void {
    clearTimeout(this.#gapTimer);
  }

  async #run(step: () => Promise<boolean>): Promise<void> {
    while (this.#mustRunAgain) {
      this.#mustRunAgain = false;
      if (await step()) this.#mustRunAgain = true;
    }
    this.#running = null;
  }
}
