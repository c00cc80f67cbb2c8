const PREFIX = 'onair.resume.';

/**
 * The tokens, by channel, with which this tab can resume its broadcasts after a reload. They are
 * stored only for this tab, because another studio tab must not take over the broadcast by
 * accident.
 */
export class ResumeTokens {
  readonly #storage: Storage;

  /** @param storage the tab's sessionStorage */
  constructor(storage: Storage) {
    this.#storage = storage;
  }

  read(channel: string): string | null {
    return this.#storage.getItem(PREFIX + channel);
  }

  keep(channel: string, token: string): void {
    try {
      this.#storage.setItem(PREFIX + channel, token);
    } catch {
      // Storage is full. After a reload, the broadcast can be resumed only when the server has
      // noticed the loss.
    }
  }

  forget(channel: string): void {
    this.#storage.removeItem(PREFIX + channel);
  }
}
