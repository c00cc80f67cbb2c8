import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Options,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { OpenToAll } from '../access/channel-access.guard.js';
import { ForOutsideClients } from '../auth/outside-client.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { OPTIONS_HEADERS } from '../http-rtc/other-sites.js';
import { LayerChoice } from './layer-choice.js';
import { WHEP_EVENTS, WhepEvent } from './whep-events.js';
import { WhepRequests } from './whep-requests.js';

/** The size of the backlog in bytes at which a slow player is disconnected. */
const WAITING_BYTES_MAX = 64 * 1024;

const EventList = z.array(WhepEvent).max(20).nullish();
const EventQuery = z.object({
  events: z
    .string()
    .max(200)
    .transform((list) => list.split(','))
    .pipe(z.array(WhepEvent))
    .optional(),
});
type EventQuery = z.output<typeof EventQuery>;
type Path = { name: string; session: string };

/**
 * The WHEP extensions (webrtc-http-egress-events) for events and for choosing a simulcast layer.
 * Browsers open event streams without an Authorization header, so the session's address grants
 * access.
 */
@Controller('whep/:name/:session')
@ForOutsideClients()
@AllowToken('channels:read')
export class WhepExtensionsController {
  constructor(private readonly requests: WhepRequests) {}

  /**
   * Returns the address of an event stream with the listed events, or with all events if there is
   * no list.
   */
  @Post('sse')
  @OpenToAll()
  @HttpCode(201)
  async subscribe(
    @Param() { name, session: id }: Path,
    @Body({ schema: EventList }) events: z.output<typeof EventList>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.requests.assertFound({ name, id });
    const list = (events ?? WHEP_EVENTS).join(',');
    reply.header('location', `/whep/${name}/${id}/sse?events=${list}`);
  }

  @Get('sse')
  @OpenToAll()
  async stream(
    @Param() { name, session: id }: Path,
    @Query({ schema: EventQuery }) { events }: EventQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const wanted = [...(events ?? WHEP_EVENTS)];
    const open = await this.requests.openEvents({ name, id, events: wanted });
    reply.headers({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // This keeps nginx from buffering events.
      'x-accel-buffering': 'no',
    });
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, headersOf(reply));
    raw.flushHeaders();
    const end = open({
      write: (text) => {
        raw.write(text);
        return raw.writableLength <= WAITING_BYTES_MAX;
      },
      end: () => raw.end(),
    });
    // The client may have disconnected while the stream was being opened.
    if (raw.destroyed) end();
    else raw.once('close', end);
  }

  @Delete('sse')
  @OpenToAll()
  @HttpCode(200)
  async unsubscribe(@Param() { name, session: id }: Path): Promise<void> {
    await this.requests.endEvents({ name, id });
  }

  /** Pins the simulcast layer, or has it selected by bandwidth. */
  @Post('layer')
  @OpenToAll()
  @HttpCode(200)
  async choose(
    @Param() { name, session: id }: Path,
    @Body({ schema: LayerChoice }) layer: LayerChoice,
  ): Promise<void> {
    await this.requests.pinLayer({ name, id }, layer);
  }

  @Options(['sse', 'layer'])
  @OpenToAll()
  @HttpCode(200)
  options(@Res({ passthrough: true }) reply: FastifyReply): void {
    reply.headers(OPTIONS_HEADERS);
  }
}

/** Returns the headers that Fastify would send, including those set by hooks. */
function headersOf(reply: FastifyReply): Record<string, string | string[] | number> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}
