import type { TokenScope } from '../protocol/account-tokens.js';

/**
 * The identity behind a request or socket. A visitor without an account is identified by their
 * device's id.
 */
export type Identity = Readonly<{
  account: Readonly<{
    id: string;
    username: string;
    /** The name that is shown to others. */
    displayName: string;
    isAdmin: boolean;
  }> | null;
  /**
   * The id of the session or API token in use. When the session or token ends, its sockets are
   * closed.
   */
  sessionId: string | null;
  /** A random id stored in a cookie, for bans and rate limits. It is never revealed to others. */
  guestId: string;
  /** The scopes of the API token, which limit what it can do; absent if no token is used. */
  scopes?: readonly TokenScope[];
}>;
