import type { IncomingMessage } from 'node:http';
import { isAllowedOrigin } from '../auth/origin.js';
import type { SessionService } from '../auth/session.service.js';
import { type ApiTokenService, isBearer } from '../auth/tokens/api-token.service.js';
import type { Identity } from '../common/identity.js';
import type { Config } from '../config/config.js';

/** Who may connect, and as whom. */
export type SocketAccess = Readonly<{
  /** False refuses the connection: the page that opens it is of another site. */
  isAllowed(request: IncomingMessage): boolean;
  /** Who the handshake's cookies or API token belong to. Rejects when that can't be found out now. */
  identify(request: IncomingMessage): Promise<Identity>;
  /** Tells which log-ins ended, so that their sockets end too. */
  onSessionEnded(listener: (sessionId: string) => void): void;
}>;

/** Lets in the pages that may call this server, as who is logged in there. */
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
