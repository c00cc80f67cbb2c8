const PREFIX = 'onair.resume.';

/**
 * What lets this tab go on with its broadcast after a reload, by channel. Kept for the tab only: another
 * tab that shows the studio must not take the broadcast over by accident.
 */
export class ResumeTokens {
  readonly #storage: Storage;

  /** @param storage the tab's sessionStorage. */
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
      // A full storage: after a reload the server's own notice of the loss has to be awaited.
    }
  }

  forget(channel: string): void {
    this.#storage.removeItem(PREFIX + channel);
  }
}
