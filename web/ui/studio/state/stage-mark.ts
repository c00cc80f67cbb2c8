/** The part of a tab's sessionStorage that the studio uses. */
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * Whether the channel's stage was open in this tab: `left` if the page was reloaded; `unclear` if
 * the browser crashed, or if the tab is a copy of another one, which may still have the stage.
 */
export type StageBefore = 'no' | 'left' | 'unclear';

const OPEN = 'onair.stage';
const LEFT = 'onair.stage.left';

/**
 * Remembers across reloads that the stage is open in this tab. Browsers copy the storage when they
 * duplicate a tab. To distinguish a reload from a copy, a page also records that it is being left.
 */
export class StageMark {
  readonly #storage: TabStorage;

  /** @param storage the tab's sessionStorage */
  constructor(storage: TabStorage) {
    this.#storage = storage;
  }

  /** Records that a channel's stage is open in this page. */
  opened(channel: string): void {
    this.#storage.removeItem(LEFT);
    this.#put(OPEN, channel);
  }

  /** Records that the stage is closed, or open elsewhere. */
  closed(): void {
    this.#storage.removeItem(OPEN);
    this.#storage.removeItem(LEFT);
  }

  /** Records that the user is leaving the page with the stage. */
  left(): void {
    this.#put(LEFT, '1');
  }

  /** Returns whether a channel's stage was open, and deletes the record. */
  take(channel: string): StageBefore {
    if (this.#storage.getItem(OPEN) !== channel) return 'no';
    const isLeft = this.#storage.getItem(LEFT) !== null;
    this.closed();
    return isLeft ? 'left' : 'unclear';
  }

  #put(key: string, value: string): void {
    try {
      this.#storage.setItem(key, value);
    } catch {
      // Storage is full. After a reload, the host opens the stage by hand.
    }
  }
}
