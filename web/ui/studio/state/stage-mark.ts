/** The part of a tab's sessionStorage that the studio uses. */
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * Whether the channel's stage was open in this tab: `left` if the page was reloaded, `unclear` if
 * the browser crashed or the tab is a copy of another one, which may still have the stage.
 */
export type StageBefore = 'no' | 'left' | 'unclear';

const OPEN = 'onair.stage';
const LEFT = 'onair.stage.left';

/**
 * Remembers across reloads that the stage is open in this tab. Browsers copy the storage when they
 * duplicate a tab, so a page that is left says so: a copy of an open page hasn't been left.
 */
export class StageMark {
  readonly #storage: TabStorage;

  /** @param storage the tab's sessionStorage */
  constructor(storage: TabStorage) {
    this.#storage = storage;
  }

  /** The stage of a channel is open in this page. */
  opened(channel: string): void {
    this.#storage.removeItem(LEFT);
    this.#put(OPEN, channel);
  }

  /** The stage is closed, or open elsewhere. */
  closed(): void {
    this.#storage.removeItem(OPEN);
    this.#storage.removeItem(LEFT);
  }

  /** The page with the stage is left. */
  left(): void {
    this.#put(LEFT, '1');
  }

  /** Returns what is remembered about a channel, and forgets it. */
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
