import { assertNever } from '../../src/protocol/assert-never.js';
import type { Link } from './link.js';
import { type Move, type MoveEffect, type MoveEvent, SETTLED, step } from './move.js';
import { reconnectDelayMs } from './reconnect-delay.js';

/**
 * Uses or discards what has been prepared on a second link. Exactly one of the functions is called.
 */
export type Prepared = Readonly<{
  /**
   * Uses what has been prepared, because the connection switches to the second link. Must not
   * throw.
   */
  commit(): void;
  /** Closes what has been prepared, because the move failed. */
  cancel(): void;
}>;

/**
 * Joins something over a second link while the first one continues. Rejects if it can't be joined
 * now. `isOver` returns whether the move has been given up in the meantime.
 */
export type Prepare = (next: Link, isOver: () => boolean) => Promise<Prepared>;

type Options = Readonly<{
  /**
   * Opens a second link. Its state is reported to {@link NodeMove.opened} and {@link
   * NodeMove.lost}.
   */
  open: () => Link;
  /** Switches the connection to the second link. */
  switchTo: (next: Link) => void;
}>;

/**
 * Moves a connection to another node without interrupting it. {@link step} makes the decisions, and
 * this class carries out their effects.
 */
export class NodeMove {
  readonly #options: Options;
  readonly #participants = new Set<Prepare>();
  #state: Move = SETTLED;
  #next: Link | null = null;
  #prepared: readonly Prepared[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Adds a function that joins something over the second link before the switch. */
  add(prepare: Prepare): () => void {
    this.#participants.add(prepare);
    return () => void this.#participants.delete(prepare);
  }

  /** Begins a move, unless one is in progress. */
  begin(): void {
    this.#dispatch({ name: 'asked' });
  }

  /** Reports that the second link is open. */
  opened(link: Link): void {
    if (link === this.#next) this.#dispatch({ name: 'opened', attempt: this.#state.attempt });
  }

  /** Reports that the second link was lost. */
  lost(link: Link): void {
    if (link === this.#next) this.#dispatch({ name: 'failed', attempt: this.#state.attempt });
  }

  /** Ends a move that hasn't reached another node yet, because the current node continues. */
  callOff(): void {
    this.#dispatch({ name: 'called-off' });
  }

  /** Gives up, because the first link is lost or closed. */
  cancel(): void {
    this.#dispatch({ name: 'lost' });
  }

  /** Changes the state. This is the only place where the state changes. */
  #dispatch(event: MoveEvent): void {
    const { state, effects } = step(this.#state, event);
    if (state !== this.#state) clearTimeout(this.#timer);
    this.#state = state;
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: MoveEffect): void {
    switch (effect.name) {
      case 'open':
        this.#next = this.#options.open();
        return;
      case 'prepare':
        void this.#prepare(effect.attempt);
        return;
      case 'switch':
        return this.#switch();
      case 'drop':
        return this.#drop();
      case 'wait':
        this.#timer = setTimeout(
          () => this.#dispatch({ name: 'retry-due' }),
          reconnectDelayMs(effect.failures, Math.random()),
        );
        return;
      default:
        return assertNever(effect);
    }
  }

  async #prepare(attempt: number): Promise<void> {
    const next = this.#next;
    if (!next) return;
    const isOver = (): boolean => this.#next !== next;
    const all = await Promise.allSettled(
      [...this.#participants].map((prepare) => prepare(next, isOver)),
    );
    const prepared = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (isOver()) {
      for (const one of prepared) one.cancel();
      return;
    }
    this.#prepared = prepared;
    const isReady = prepared.length === all.length;
    this.#dispatch({ name: isReady ? 'prepared' : 'failed', attempt });
  }

  #switch(): void {
    const next = this.#next;
    const prepared = this.#prepared;
    this.#next = null;
    this.#prepared = [];
    if (!next) return;
    this.#options.switchTo(next);
    for (const one of prepared) one.commit();
  }

  #drop(): void {
    for (const one of this.#prepared) one.cancel();
    this.#prepared = [];
    this.#next?.close();
    this.#next = null;
  }
}
