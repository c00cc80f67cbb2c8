import { Turns } from '../../src/common/turns.js';

/** Turns whose time slices always end immediately, so that work yields wherever it can. */
export class EagerTurns extends Turns {
  /** The number of slices that have ended. */
  taken = 0;

  override get isOver(): boolean {
    return true;
  }

  override async next(): Promise<void> {
    this.taken += 1;
    await super.next();
  }
}
