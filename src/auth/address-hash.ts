import type { Secrets } from '../secrets/secrets.js';
import { addressBlock } from './coarse-address.js';

/** How long another device of a banned guest's address is banned as well: addresses change hands. */
export const ADDRESS_BAN_MS = 24 * 3_600_000;

/** What is kept of a guest's address: a keyed hash of its block, base64url. */
export function addressHash(secrets: Secrets, address: string): string {
  return secrets.sign('address-hash', addressBlock(address));
}
