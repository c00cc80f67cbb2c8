/** Who a request or a socket is from. A visitor without an account is known by their device's id. */
export type Identity = Readonly<{
  account: Readonly<{ id: string; username: string }> | null;
  /** The log-in in use, to end its sockets when it ends. */
  sessionId: string | null;
  /** Random, kept in a cookie; for bans and rate limits. Never shown to others. */
  guestId: string;
}>;
