import type { IncomingMessage } from 'node:http';
import { isAllowedOrigin } from '../auth/origin.js';
import type { SessionService } from '../auth/sessions/session.service.js';
import { type ApiTokenService, isBearer } from '../auth/tokens/api-token.service.js';
import type { Identity } from '../common/identity.js';
import type { Config } from '../config/config.js';

/** Decides who can connect, and with which identity. */
export type SocketAccess = Readonly<{
  /** Returns false if a connection is from a page on another site and must be refused. */
  isAllowed(request: IncomingMessage): boolean;
  /**
   * Resolves with the identity to which the handshake's cookies or API token belong. Rejects if the
   * identity can't be determined at the moment.
   */
  identify(request: IncomingMessage): Promise<Identity>;
  /**
   * Calls a listener when a session ends or an API token is revoked, so that its sockets are closed
   * too.
   */
  onSessionEnded(listener: (sessionId: string) => void): void;
  /**
   * Disconnects this node's sockets whose sessions or tokens were ended by another node, in case
   * that node's message was lost.
   */
  checkSessions(ids: readonly string[]): Promise<void>;
}>;

/**
 * Returns the access rules: pages that are allowed to call this server can connect, with the
 * identity of the logged-in account or the API token.
 */
export function socketAccess(
  { sessions, tokens }: { sessions: SessionService; tokens: ApiTokenService },
  config: Config,
): SocketAccess {
  return {
    isAllowed: ({ headers }) => isAllowedOrigin(headers.origin, headers.host, config.http),
    identify: async ({ headers }) => {
      if (isBearer(headers.authorization)) return tokens.identify(headers.authorization);
      const { account, sessionId, guestId } = await sessions.identify({
        cookieHeader: headers.cookie,
      });
      return { account, sessionId, guestId };
    },
    onSessionEnded: (listener) => {
      sessions.events.on('sessionEnded', listener);
      tokens.events.on('revoked', listener);
    },
    checkSessions: async (ids) => {
      const ended = await tokens.revokedAmong(await sessions.endedAmong(ids));
      sessions.cutHere(ended);
    },
  };
}
