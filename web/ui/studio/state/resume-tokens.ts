const PREFIX = 'onair.resume.';

/**
 * Tokens that let this tab resume its broadcasts after a reload, by channel. Stored for this tab
 * only: another tab with the studio must not take over the broadcast by accident.
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
      // Storage is full: after a reload, resuming must wait until the server notices the loss.
    }
  }

  forget(channel: string): void {
    this.#storage.removeItem(PREFIX + channel);
  }
}
