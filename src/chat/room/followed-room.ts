import type { ChatRoom, RoomPosition } from './chat-room.js';
import { RoomOrder } from './room-order.js';

/**
 * In a cluster: a node's progress in sending an open room's messages and applying the room's
 * changes.
 */
export class FollowedRoom {
  readonly room: ChatRoom;
  #order: RoomOrder;
  #version: number;
  #newestVersion: number;
  #mustReload = false;
  #running: Promise<void> | null = null;
  /** Whether news arrived during the current step. */
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
   * Compares the stored position with this node's position when the query began. Whatever was sent
   * since then may be missing from the result.
   */
  compare({ seq, version }: RoomPosition, here: { told: number; version: number }): void {
    if (seq < here.told || version < here.version) this.#mustReload = true;
    this.#order.heard(seq);
    this.heardVersion(version);
  }

  /**
   * Continues from the position at which the room was reloaded.
   * @param before.told the last seq that was sent before the reload
   */
  restart({ seq, version }: RoomPosition, { told }: { told: number }): void {
    // Otherwise the order continues: clients drop messages that they receive twice.
    if (seq < told) this.#order = new RoomOrder(seq);
    this.#version = version;
    this.#newestVersion = version;
    this.#mustReload = false;
  }

  /**
   * Runs `step` until it resolves to false. Only one run is active at a time. Resolves when the run
   * ends, which handles everything that was recorded before its end.
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
