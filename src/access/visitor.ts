import type { Identity } from '../common/identity.js';

/** Who a request or a socket is from, and what it brings to get in. */
export type Visitor = Readonly<{
  identity: Pick<Identity, 'account' | 'guestId'>;
  /** Of `readPasses`. */
  passes: string;
  /** Where it is from: guests of an address where somebody was banned are banned too. */
  address: string;
}>;
