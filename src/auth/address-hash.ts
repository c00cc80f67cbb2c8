import type { Secrets } from '../secrets/secrets.js';
import { addressBlock } from './coarse-address.js';

/** Returns what is stored of a guest's address: a keyed hash of its block, base64url. */
export function addressHash(secrets: Secrets, address: string): string {
  return secrets.sign('address-hash', addressBlock(address));
}
