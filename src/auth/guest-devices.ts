import { randomBytes } from 'node:crypto';
import type { Secrets } from '../secrets/secrets.js';

/** The id of a device (128 bits) and its signature, base64url. */
const TOKEN = /^([\w-]{22})\.([\w-]{43})$/;

/**
 * Issues ids to guests' browsers. The ids are signed, so that nobody can guess the id of another
 * guest or invent a new one for each message.
 */
export class GuestDevices {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Returns the device's id; null if this server didn't issue the token. */
  idOf(token: string | null): string | null {
    const [, id, signature] = TOKEN.exec(token ?? '') ?? [];
    if (id === undefined || signature === undefined) return null;
    return this.#secrets.isSigned('guest-device', id, signature) ? id : null;
  }

  /** Creates a new device. */
  create(): { id: string; token: string } {
    const id = randomBytes(16).toString('base64url');
    return { id, token: `${id}.${this.#secrets.sign('guest-device', id)}` };
  }
}
