import type { IncomingMessage } from 'node:http';
import { isAllowedOrigin } from '../auth/origin.js';
import type { SessionService } from '../auth/sessions/session.service.js';
import { type ApiTokenService, isBearer } from '../auth/tokens/api-token.service.js';
import type { Identity } from '../common/identity.js';
import type { Config } from '../config/config.js';

/** Decides who may connect, and with which identity. */
export type SocketAccess = Readonly<{
  /** False refuses the connection: it comes from a page of another site. */
  isAllowed(request: IncomingMessage): boolean;
  /**
   * The identity behind the handshake's cookies or API token. Rejects if it cannot be determined
   * now.
   */
  identify(request: IncomingMessage): Promise<Identity>;
  /** Notifies about ended sessions, so that their sockets end too. */
  onSessionEnded(listener: (sessionId: string) => void): void;
}>;

/** Admits pages that may call this server, with the identity logged in there. */
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
    onSessionEnded: (listener) => void sessions.events.on('sessionEnded', listener),
  };
}
