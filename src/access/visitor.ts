import type { Identity } from '../common/identity.js';

/** The sender of a request or the owner of a socket, with their credentials. */
export type Visitor = Readonly<{
  identity: Pick<Identity, 'account' | 'guestId'> & Partial<Pick<Identity, 'sessionId'>>;
  /** The result of `readPasses`. */
  passes: string;
  /** The sender's address. Guests at an address where someone was banned are refused too. */
  address: string;
}>;
