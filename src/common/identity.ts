import type { TokenScope } from '../protocol/account-tokens.js';

/**
 * The identity behind a request or socket. A visitor without an account is identified by their
 * device's id.
 */
export type Identity = Readonly<{
  account: Readonly<{
    id: string;
    username: string;
    /** The name shown to others. */
    displayName: string;
    isAdmin: boolean;
  }> | null;
  /** The log-in or API token in use, to end its sockets when it ends. */
  sessionId: string | null;
  /** Random, kept in a cookie; for bans and rate limits. Never shown to others. */
  guestId: string;
  /** The scopes of the API token, which limit what it may do. Absent for a person. */
  scopes?: readonly TokenScope[];
}>;
