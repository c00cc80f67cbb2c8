/** The data about a visit that a guest's tab remembers across reloads and logins. */
export interface RememberedVisit {
  /** The invitation's token. */
  readonly token: string;
  /** The name with which the guest entered; null if the guest hasn't entered. */
  readonly name: string | null;
  readonly resumeToken: string | null;
  readonly muted: boolean;
  readonly cameraOff: boolean;
}

const PREFIX = 'onair.guest.';

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/**
 * Stores a guest's visit in the tab's sessionStorage, so that after a reload, the guest returns to
 * the same place, with the same mute state.
 */
export class GuestMemory {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #key: string;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>, channel: string) {
    this.#storage = storage;
    this.#key = PREFIX + channel;
  }

  /**
   * Returns the visit with this invitation.
   * @param token the token in the page's address; null to use the last visit's token, because a
   *   login page drops it from the address
   */
  read(token: string | null): RememberedVisit | null {
    const stored = this.#stored();
    const known = text(stored['token']);
    if (token !== null && token !== known)
      return { token, name: null, resumeToken: null, muted: false, cameraOff: false };
    if (known === null) return null;
    return {
      token: known,
      name: text(stored['name']),
      resumeToken: text(stored['resumeToken']),
      muted: stored['muted'] === true,
      cameraOff: stored['cameraOff'] === true,
    };
  }

  keep(visit: RememberedVisit): void {
    try {
      this.#storage.setItem(this.#key, JSON.stringify(visit));
    } catch {
      // Storage is full or blocked. After a reload, the guest enters again.
    }
  }

  #stored(): Record<string, unknown> {
    try {
      const value: unknown = JSON.parse(this.#storage.getItem(this.#key) ?? 'null');
      return typeof value === 'object' && value !== null ? { ...value } : {};
    } catch {
      // Foreign or truncated data, or storage is blocked.
      return {};
    }
  }
}
