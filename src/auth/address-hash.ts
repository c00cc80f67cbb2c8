import type { Secrets } from '../secrets/secrets.js';
import { addressBlock } from './coarse-address.js';

/**
 * Returns the form in which a guest's address is stored: a keyed hash of the address block,
 * base64url.
 */
export function addressHash(secrets: Secrets, address: string): string {
  return secrets.sign('address-hash', addressBlock(address));
}
