import { randomBytes } from 'node:crypto';
import type { Secrets } from '../secrets/secrets.js';

/** The id of a device (128 bits) and its signature, base64url. */
const TOKEN = /^([\w-]{22})\.([\w-]{43})$/;

/**
 * What a visitor's browser is known by: an id that only this service gives out, so that nobody can take
 * another's, or make one up for each message.
 */
export class GuestDevices {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** The device's id; null for a token that isn't of our making. */
  idOf(token: string | null): string | null {
    const [, id, signature] = TOKEN.exec(token ?? '') ?? [];
    if (id === undefined || signature === undefined) return null;
    return this.#secrets.isSigned('guest-device', id, signature) ? id : null;
  }

  /** A device that was never seen. */
  create(): { id: string; token: string } {
    const id = randomBytes(16).toString('base64url');
    return { id, token: `${id}.${this.#secrets.sign('guest-device', id)}` };
  }
}
