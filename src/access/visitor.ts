import type { Identity } from '../common/identity.js';

/** The sender of a request or owner of a socket, and its credentials. */
export type Visitor = Readonly<{
  identity: Pick<Identity, 'account' | 'guestId'>;
  /** The result of `readPasses`. */
  passes: string;
  /** Its address: guests from an address where someone was banned are refused too. */
  address: string;
}>;
