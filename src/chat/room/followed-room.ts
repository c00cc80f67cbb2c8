import type { ChatRoom, RoomPosition } from './chat-room.js';
import { RoomOrder } from './room-order.js';

/** How far a node of a cluster has told one of its open rooms. */
export class FollowedRoom {
  readonly room: ChatRoom;
  #order: RoomOrder;
  #version: number;
  #newestVersion: number;
  #mustReload = false;
  #running: Promise<void> | null = null;
  /** Whether something was noted during the present step. */
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

  /** Whether changes are stored that were not applied. */
  get isVersionBehind(): boolean {
    return this.#newestVersion > this.#version;
  }

  /** Whether messages or changes that were told are missing from the database, because a failover lost commits. */
  get mustReload(): boolean {
    return this.#mustReload;
  }

  /** Notes that a change with this version is stored. */
  heardVersion(version: number): void {
    this.#newestVersion = Math.max(this.#newestVersion, version);
  }

  applied(version: number): void {
    this.#version = version;
    this.heardVersion(version);
  }

  /**
   * Compares the stored position with the one here when the query began; what was told since then
   * may be missing from the result.
   */
  compare({ seq, version }: RoomPosition, here: { told: number; version: number }): void {
    if (seq < here.told || version < here.version) this.#mustReload = true;
    this.#order.heard(seq);
    this.heardVersion(version);
  }

  /**
   * Continues from a position at which the room was loaded again.
   * @param before.told the last seq told before it was loaded
   */
  restart({ seq, version }: RoomPosition, { told }: { told: number }): void {
    // Otherwise the order continues: messages that are told twice are dropped by clients.
    if (seq < told) this.#order = new RoomOrder(seq);
    this.#version = version;
    this.#newestVersion = version;
    this.#mustReload = false;
  }

  /**
   * Runs `step` until it resolves to false, one run at a time. Resolves with the end of the run,
   * which includes everything noted until then.
   */
  run(step: () => Promise<boolean>): Promise<void> {
    if (!this.#order.isBehind && !this.isVersionBehind && !this.#mustReload)
      return Promise.resolve();
    this.#mustRunAgain = true;
    this.#running ??= this.#run(step);
    return this.#running;
  }

  async #run(step: () => Promise<boolean>): Promise<void> {
    while (this.#mustRunAgain) {
      this.#mustRunAgain = false;
      if (await step()) this.#mustRunAgain = true;
    }
    this.#running = null;
  }
}
