import { Controller, Get, Param, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Visitor } from '../access/visitor.js';
import { OpenToLocked } from '../access/channel-access.guard.js';
import { CurrentVisitor } from '../access/current-visitor.js';
import { GrantedAccess } from '../access/granted-access.js';
import { CurrentIdentity, Identified } from '../auth/identity.guard.js';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import { PageErrorFilter } from './page-error.filter.js';
import { type FixedPage, PagesService } from './pages.service.js';
import { sendPage } from '../common/http/send-page.js';

/** The pages that don't belong to a channel, by path. */
const FIXED = {
  '/': { page: 'index', title: 'Onair' },
  '/studio': { page: 'studio', title: 'Studio · Onair' },
  '/login': { page: 'account', title: 'Log in · Onair' },
  '/register': { page: 'account', title: 'Create an account · Onair' },
  '/setup': { page: 'account', title: 'Set up · Onair' },
  '/admin': { page: 'admin', title: 'Administration · Onair' },
  '/account': { page: 'account', title: 'Your account · Onair' },
} as const satisfies Record<string, FixedPage>;

const isFixed = (path: string | undefined): path is keyof typeof FIXED =>
  path !== undefined && Object.hasOwn(FIXED, path);

/** Serves the web pages. */
@Controller()
@Identified()
@UseFilters(PageErrorFilter)
export class PagesController {
  constructor(private readonly pages: PagesService) {}

  @Get(Object.keys(FIXED))
  async fixed(
    @Req() { routeOptions: { url: path } }: FastifyRequest,
    @CurrentIdentity() identity: Identity,
    @Res() reply: FastifyReply,
  ) {
    if (!isFixed(path)) throw pageNotFound();
    return sendPage(reply, await this.pages.fixed(path, FIXED[path], identity));
  }

  @Get('embed/:name')
  @OpenToLocked()
  async embed(
    @Param('name') name: string,
    @CurrentIdentity() identity: Identity,
    @GrantedAccess() granted: GrantedAccess | null,
    @Res() reply: FastifyReply,
  ) {
    const page = await this.pages.ofChannel('embed', name, { identity, granted });
    return sendPage(reply, page, { embeddable: true });
  }

  /** The page for guests on a channel's stage. It is the same for all channels. */
  @Get('stage/:name')
  async guest(
    @Param('name') name: string,
    @CurrentIdentity() identity: Identity,
    @Res() reply: FastifyReply,
  ) {
    if (!CHANNEL_NAME_PATTERN.test(name)) throw pageNotFound();
    return sendPage(reply, await this.pages.ofGuest(name, identity));
  }

  @Get('recordings/:id')
  async recording(
    @Param('id') id: string,
    @CurrentIdentity() identity: Identity,
    @CurrentVisitor() visitor: Visitor,
    @Res() reply: FastifyReply,
  ) {
    return sendPage(reply, await this.pages.ofRecorded('recordings', id, { identity, visitor }));
  }

  @Get('clips/:id')
  async clip(
    @Param('id') id: string,
    @CurrentIdentity() identity: Identity,
    @CurrentVisitor() visitor: Visitor,
    @Res() reply: FastifyReply,
  ) {
    return sendPage(reply, await this.pages.ofRecorded('clips', id, { identity, visitor }));
  }

  @Get(':name')
  @OpenToLocked()
  async watch(
    @Param('name') name: string,
    @CurrentIdentity() identity: Identity,
    @GrantedAccess() granted: GrantedAccess | null,
    @Res() reply: FastifyReply,
  ) {
    // Names are lowercase, but people also type them with capitals.
    const proper = name.toLowerCase();
    if (name !== proper && CHANNEL_NAME_PATTERN.test(proper))
      return reply.redirect(`/${proper}`, 302);
    return sendPage(reply, await this.pages.ofChannel('watch', name, { identity, granted }));
  }

  @Get('*')
  nothing(): never {
    throw pageNotFound();
  }
}

function pageNotFound(): DomainError {
  return new DomainError('not_found', 'No page exists at this address.');
}
