import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { knownIdentity } from '../auth/request-identity.js';
import { SessionService } from '../auth/sessions/session.service.js';
import type { Identity } from '../common/identity.js';
import type { Visitor } from './visitor.js';
import { isPasses, readPasses } from './channel-passes.js';

/** Who comes with a pass and nothing else is not remembered, so it is nobody's id. */
const BY_PASS = { account: null, sessionId: null, guestId: 'by-pass' } as const;

/** A {@link Visitor} with the log-in or token that it goes by. */
export type RequestVisitor = Visitor & Readonly<{ identity: Identity }>;

/** Who requests are from, for the policy, whatever they say it by: API token, channel pass or cookies. */
@Injectable()
export class RequestVisitors {
  constructor(private readonly sessions: SessionService) {}

  /** Takes as long whether or not there is such a channel. */
  async of(request: FastifyRequest): Promise<RequestVisitor> {
    const { cookie, authorization = '' } = request.headers;
    const address = request.ip;
    const known = knownIdentity(request);
    if (known?.scopes !== undefined) return { identity: known, passes: '', address };
    // As the guard of API tokens lets it through: what isn't one of these.
    const [, passes] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (passes !== undefined)
      return { identity: BY_PASS, passes: isPasses(passes) ? passes : '', address };
    const identity = known ?? (await this.sessions.identify({ cookieHeader: cookie }));
    return { identity, passes: readPasses(cookie), address };
  }
}
