import type { TokenScope } from '../protocol/account-tokens.js';

/** Who a request or a socket is from. A visitor without an account is known by their device's id. */
export type Identity = Readonly<{
  account: Readonly<{
    id: string;
    username: string;
    /** What others see. */
    displayName: string;
    isAdmin: boolean;
  }> | null;
  /** The log-in or API token in use, to end its sockets when it ends. */
  sessionId: string | null;
  /** Random, kept in a cookie; for bans and rate limits. Never shown to others. */
  guestId: string;
  /** Of the API token that it came with: it may do no more than these. Absent: a person. */
  scopes?: readonly TokenScope[];
}>;
