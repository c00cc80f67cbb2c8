import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { knownIdentity } from '../auth/request-identity.js';
import { SessionService } from '../auth/sessions/session.service.js';
import type { Identity } from '../common/identity.js';
import type { Visitor } from './visitor.js';
import { isPasses, readPasses } from './channel-passes.js';

/** Visitors with only a pass are not remembered, so this is not the id of any guest. */
const BY_PASS = { account: null, sessionId: null, guestId: 'by-pass' } as const;

/** A {@link Visitor} with the log-in or token that identifies it. */
export type RequestVisitor = Visitor & Readonly<{ identity: Identity }>;

/** Identifies the visitors who send requests, by API token, channel pass or cookies. */
@Injectable()
export class RequestVisitors {
  constructor(private readonly sessions: SessionService) {}

  /** Takes the same time whether or not the channel exists. */
  async of(request: FastifyRequest): Promise<RequestVisitor> {
    const { cookie, authorization = '' } = request.headers;
    const address = request.ip;
    const known = knownIdentity(request);
    if (known?.scopes !== undefined) return { identity: known, passes: '', address };
    // The guard of API tokens lets through a bearer that is not one of them: a channel pass.
    const [, passes] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (passes !== undefined)
      return { identity: BY_PASS, passes: isPasses(passes) ? passes : '', address };
    const identity = known ?? (await this.sessions.identify({ cookieHeader: cookie }));
    return { identity, passes: readPasses(cookie), address };
  }
}
