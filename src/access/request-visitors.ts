import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { knownIdentity } from '../auth/request-identity.js';
import { SessionService } from '../auth/sessions/session.service.js';
import type { Identity } from '../common/identity.js';
import type { Visitor } from './visitor.js';
import { isPasses, readPasses } from './channel-passes.js';

/** The identity of visitors who present only a pass and aren't remembered. No guest has this id. */
const BY_PASS = { account: null, sessionId: null, guestId: 'by-pass' } as const;

/** A {@link Visitor} with the identity from the session or API token. */
export type RequestVisitor = Visitor & Readonly<{ identity: Identity }>;

/** Identifies the visitors who send requests, by API token, channel pass or cookies. */
@Injectable()
export class RequestVisitors {
  constructor(private readonly sessions: SessionService) {}

  /** Identifies a request's visitor; takes the same time whether or not the channel exists. */
  async of(request: FastifyRequest): Promise<RequestVisitor> {
    const { cookie, authorization = '' } = request.headers;
    const address = request.ip;
    const known = knownIdentity(request);
    if (known?.scopes !== undefined) return { identity: known, passes: '', address };
    // A Bearer token that ApiTokenGuard passes on is a channel pass.
    const [, passes] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (passes !== undefined)
      return { identity: BY_PASS, passes: isPasses(passes) ? passes : '', address };
    const identity = known ?? (await this.sessions.identify({ cookieHeader: cookie }));
    return { identity, passes: readPasses(cookie), address };
  }
}
