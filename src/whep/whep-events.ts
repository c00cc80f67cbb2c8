import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import type { LiveChannel } from '../broadcast/live-channel.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import type { WhepSession } from './whep-session.js';

/** The events for players (webrtc-http-egress-events of the IETF's wish working group). */
export const WHEP_EVENTS = ['active', 'inactive', 'layers', 'viewercount'] as const;
export const WhepEvent = z.enum(WHEP_EVENTS);
export type WhepEvent = z.output<typeof WhepEvent>;

/** The destination of events; returns false if it cannot take more and is closed. */
export type EventSink = Readonly<{ write(text: string): boolean; end(): void }>;

/** Sent during silence, so that proxies do not close the connection. */
const KEEP_ALIVE_MS = 20_000;
/** The maximum number of streams per session: a page has one, and another while it reconnects. */
const STREAMS_MAX = 4;

/** Notifies players of changes to what they watch through server-sent events. */
@Injectable()
export class WhepEvents implements OnApplicationShutdown {
  /** As many as sessions have streams. */
  readonly #tellers = new Map<LiveChannel, Set<Teller>>();
  readonly #offs: readonly (() => void)[];

  constructor(liveChannels: LiveChannels) {
    const all = (tell: (teller: Teller) => void) => (live: LiveChannel) => {
      for (const teller of this.#tellers.get(live) ?? []) tell(teller);
    };
    this.#offs = [
      liveChannels.events.on(
        'stateChanged',
        all((teller) => teller.tellState()),
      ),
      liveChannels.events.on(
        'statsChanged',
        all((teller) => teller.tellViewers()),
      ),
    ];
  }

  onApplicationShutdown(): void {
    for (const off of this.#offs) off();
  }

  /**
   * Sends the current state, then changes, until the session or the returned function ends the
   * stream.
   */
  stream(session: WhepSession, events: ReadonlySet<WhepEvent>, sink: EventSink): () => void {
    const { live, media } = session;
    const tellers = this.#tellers.get(live) ?? new Set();
    this.#tellers.set(live, tellers);
    const own = [...tellers].filter((teller) => teller.session === session);
    if (own.length >= STREAMS_MAX) own[0]?.end();
    const teller = new Teller(session, events, sink);
    tellers.add(teller);
    const offs = [
      media.events.on('consumerAdded', () => teller.tellLayers()),
      session.events.on('closed', () => teller.end()),
    ];
    const timer = setInterval(() => teller.tell(': still here\n\n'), KEEP_ALIVE_MS);
    teller.onEnd = () => {
      clearInterval(timer);
      for (const off of offs) off();
      tellers.delete(teller);
      if (tellers.size === 0) this.#tellers.delete(live);
    };
    teller.tellState();
    teller.tellLayers();
    teller.tellViewers();
    return () => teller.end();
  }

  /** Ends all streams of a session. */
  end(session: WhepSession): void {
    for (const teller of this.#tellers.get(session.live) ?? [])
      if (teller.session === session) teller.end();
  }
}

/** One stream: sends each value once, and again when it changes. */
class Teller {
  onEnd: () => void = () => undefined;
  readonly session: WhepSession;
  readonly #events: ReadonlySet<WhepEvent>;
  readonly #sink: EventSink;
  #isEnded = false;
  #isActive = false;
  #viewers = -1;

  constructor(session: WhepSession, events: ReadonlySet<WhepEvent>, sink: EventSink) {
    this.session = session;
    this.#events = events;
    this.#sink = sink;
  }

  tell(text: string): void {
    if (!this.#isEnded && !this.#sink.write(text)) this.end();
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.onEnd();
    this.#sink.end();
  }

  /** Sends nothing at the start for a channel that is not active. */
  tellState(): void {
    const isActive = this.session.live.broadcast?.phase.name === 'live';
    if (isActive === this.#isActive) return;
    this.#isActive = isActive;
    this.#tellEvent(isActive ? 'active' : 'inactive', {});
  }

  tellViewers(): void {
    const viewercount = this.session.live.viewerCount;
    if (viewercount === this.#viewers) return;
    this.#viewers = viewercount;
    this.#tellEvent('viewercount', { viewercount });
  }

  /** By the index of the section that they are sent in, the best first. */
  tellLayers(): void {
    const { videoSection, media } = this.session;
    const video = media.consumers.find(({ kind }) => kind === 'video');
    if (videoSection === null || !video) return;
    const layers = Array.from({ length: video.layers }, (_, layer) => ({
      encodingId: String(layer),
      rid: String(layer),
      spatialLayerId: layer,
    }));
    this.#tellEvent('layers', { [videoSection]: { layers: layers.toReversed() } });
  }

  #tellEvent(event: WhepEvent, data: object): void {
    if (this.#events.has(event)) this.tell(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
