import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The purpose of a key. Keys for different purposes reveal nothing about each other. */
export type KeyPurpose =
  | 'hls-token'
  | 'channel-pass'
  | 'guest-device'
  | 'address-hash'
  | 'known-device'
  | 'second-factor'
  | 'log-in-state'
  | 'webhook'
  | 'restream'
  | 'srt-passphrase'
  | 'node-call'
  | 'bus-channel'
  | 'resume-token'
  | 'first-administrator'
  | 'guess'
  | 'swarm';

/** Keys derived from the server's master secret by HKDF-SHA-256 (RFC 5869), one per purpose. */
export class Secrets {
  readonly #master: Uint8Array;
  readonly #keys = new Map<KeyPurpose, Buffer>();

  constructor(master: Uint8Array) {
    this.#master = master;
  }

  /** Returns a 32-byte key, which is always the same for the same master secret. */
  key(purpose: KeyPurpose): Buffer {
    const known = this.#keys.get(purpose);
    if (known) return known;
    const key = Buffer.from(hkdfSync('sha256', this.#master, '', `onair ${purpose}`, KEY_BYTES));
    this.#keys.set(purpose, key);
    return key;
  }

  /** Returns the HMAC-SHA-256 of a text, in base64url. */
  sign(purpose: KeyPurpose, text: string): string {
    return createHmac('sha256', this.key(purpose)).update(text).digest('base64url');
  }

  /** Verifies a signature made by {@link sign}, in constant time. */
  isSigned(purpose: KeyPurpose, text: string, signature: string): boolean {
    const expected = Buffer.from(this.sign(purpose, text));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /**
   * Encrypts and authenticates a text with AES-256-GCM. Only {@link unseal} with the same purpose
   * and context can read the result.
   */
  seal(purpose: KeyPurpose, text: string, context: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key(purpose), iv).setAAD(
      Buffer.from(context),
    );
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /**
   * Returns the original text; null if it was not sealed by this server for this purpose and
   * context.
   */
  unseal(purpose: KeyPurpose, sealed: string, context: string): string | null {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < IV_BYTES + TAG_BYTES) return null;
    const iv = bytes.subarray(0, IV_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.key(purpose), iv, {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const text = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      // The text was sealed by someone else or tampered with; with GCM, the two can't be
      // distinguished.
      return null;
    }
  }
}
