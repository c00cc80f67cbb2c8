import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AccessService } from '../access/access.service.js';
import type { RequestVisitor } from '../access/request-visitors.js';
import { assertNever } from '../protocol/assert-never.js';
import { IcePatch, IcePatched } from '../http-rtc/ice-session.js';
import { type EventSource, SessionNodes } from '../http-rtc/session-nodes.js';
import { WhepEvent, WhepEvents } from './whep-events.js';
import { WhepService } from './whep.service.js';

/** The address of a session: the path is `/whep/NAME/ID`. */
export type SessionAddress = Readonly<{ name: string; id: string }>;
const Address = z.object({ name: z.string(), id: z.string() });

const Act = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('find') }),
  z.object({ kind: z.literal('close') }),
  z.object({ kind: z.literal('patch'), patch: IcePatch }),
  z.object({ kind: z.literal('answer'), sdp: z.string() }),
  z.object({ kind: z.literal('pinLayer'), layer: z.number().int().nullable() }),
  z.object({ kind: z.literal('endEvents') }),
]);
type Act = z.output<typeof Act>;
const SessionRequest = Address.extend({ act: Act });
type SessionRequest = z.output<typeof SessionRequest>;
const EventsRequest = Address.extend({ events: z.array(WhepEvent) });

/** Handles requests for the sessions of all nodes. */
@Injectable()
export class WhepRequests {
  readonly #handle: (request: SessionRequest) => Promise<IcePatched>;
  /**
   * Opens an event stream.
   * @throws {DomainError} `not_found`; `unavailable` if the session's node isn't responding, as for
   *   all methods
   */
  readonly openEvents: (request: z.output<typeof EventsRequest>) => Promise<EventSource>;

  constructor(
    private readonly whep: WhepService,
    private readonly access: AccessService,
    private readonly nodes: SessionNodes,
    events: WhepEvents,
  ) {
    this.#handle = nodes.route('whep-session', {
      request: SessionRequest,
      answer: IcePatched,
      handle: async ({ name, id, act }) => {
        const session = whep.find(name, id);
        switch (act.kind) {
          case 'find':
            break;
          case 'close':
            session.close();
            break;
          case 'patch':
            return session.ice.patch(act.patch);
          case 'answer':
            await whep.answer(session, act.sdp);
            break;
          case 'pinLayer':
            await session.media.pinLayer(act.layer);
            break;
          case 'endEvents':
            events.end(session);
            break;
          default:
            assertNever(act);
        }
        return { restarted: null };
      },
    });
    this.openEvents = nodes.routeStream('whep-events', {
      request: EventsRequest,
      open: ({ name, id, events: wanted }) => {
        const session = whep.find(name, id);
        return (sink) => events.stream(session, new Set(wanted), sink);
      },
    });
  }

  /** @throws {DomainError} `not_found` */
  async assertFound(address: SessionAddress): Promise<void> {
    await this.#handle({ ...address, act: { kind: 'find' } });
  }

  /** @throws {DomainError} `not_found` */
  async close(address: SessionAddress): Promise<void> {
    await this.#handle({ ...address, act: { kind: 'close' } });
  }

  /**
   * Applies an ICE fragment.
   * @throws {DomainError} `not_found`, and the errors of {@link AccessService.enter} and {@link
   *   IceSession.patch}
   */
  async patch(
    address: SessionAddress,
    visitor: RequestVisitor,
    patch: IcePatch,
  ): Promise<IcePatched> {
    await this.#enter(address, visitor);
    return this.#handle({ ...address, act: { kind: 'patch', patch } });
  }

  /**
   * Accepts the player's answer to the server's offer.
   * @throws {DomainError} `not_found`, and the errors of {@link AccessService.enter} and {@link
   *   WhepService.answer}
   */
  async answer(address: SessionAddress, visitor: RequestVisitor, sdp: string): Promise<void> {
    await this.#enter(address, visitor);
    await this.#handle({ ...address, act: { kind: 'answer', sdp } });
  }

  /**
   * Pins the video to a simulcast layer (0 is the lowest), or has the layer selected by bandwidth
   * (null).
   * @throws {DomainError} `not_found`
   */
  async pinLayer(address: SessionAddress, layer: number | null): Promise<void> {
    await this.#handle({ ...address, act: { kind: 'pinLayer', layer } });
  }

  /**
   * Ends all event streams of a session.
   * @throws {DomainError} `not_found`
   */
  async endEvents(address: SessionAddress): Promise<void> {
    await this.#handle({ ...address, act: { kind: 'endEvents' } });
  }

  /** Checks the visitor's access. Any node can do this, so cookies needn't be passed on. */
  async #enter({ name, id }: SessionAddress, visitor: RequestVisitor): Promise<void> {
    // If there is no such session, the response is the same for every name.
    if (this.nodes.isHere(id)) this.whep.find(name, id);
    await this.access.enter(name, visitor);
  }
}
