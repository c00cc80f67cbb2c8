import type { Secrets } from '../secrets/secrets.js';

/** A target's secrets in plain text, which must never be logged. */
export type PlainKeys = Readonly<{
  /** The stream key, the bearer token of a WHIP server, or the stream id of an SRT server. */
  key: string;
  /** The passphrase of an SRT server; null if the stream isn't encrypted. */
  passphrase: string | null;
}>;

/** A target's secrets as they are stored. */
export type SealedKeys = Readonly<{ id: string; key: Uint8Array; passphrase: Uint8Array | null }>;

/** Each secret is sealed for its target and its use, so that secrets can't be swapped. */
const PASSPHRASE_OF = 'passphrase of ';

type SealedBytes = Uint8Array<ArrayBuffer>;

export function sealKey(secrets: Secrets, id: string, key: string): SealedBytes {
  return seal(secrets, id, key);
}

export function sealPassphrase(
  secrets: Secrets,
  id: string,
  passphrase: string | null,
): SealedBytes | null {
  return passphrase === null ? null : seal(secrets, `${PASSPHRASE_OF}${id}`, passphrase);
}

/** Returns null if the secrets were sealed with another master secret. */
export function unsealKeys(secrets: Secrets, { id, ...sealed }: SealedKeys): PlainKeys | null {
  const key = unseal(secrets, id, sealed.key);
  if (sealed.passphrase === null) return key === null ? null : { key, passphrase: null };
  const passphrase = unseal(secrets, `${PASSPHRASE_OF}${id}`, sealed.passphrase);
  return key === null || passphrase === null ? null : { key, passphrase };
}

function seal(secrets: Secrets, context: string, text: string): SealedBytes {
  return new Uint8Array(Buffer.from(secrets.seal('restream', text, context)));
}

function unseal(secrets: Secrets, context: string, sealed: Uint8Array): string | null {
  return secrets.unseal('restream', Buffer.from(sealed).toString('utf8'), context);
}
