import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import type { LiveChannel } from '../broadcast/live-channel.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import type { EventSink } from '../http-rtc/session-nodes.js';
import type { WhepSession } from './whep-session.js';

/** The events sent to players (webrtc-http-egress-events by the IETF's WISH working group). */
export const WHEP_EVENTS = ['active', 'inactive', 'layers', 'viewercount'] as const;
export const WhepEvent = z.enum(WHEP_EVENTS);
export type WhepEvent = z.output<typeof WhepEvent>;

/** The interval at which comments are sent, so that proxies don't close an idle connection. */
const KEEP_ALIVE_MS = 20_000;
/**
 * The maximum number of streams per session; beyond it, a new stream replaces the oldest. A page
 * uses one, plus a second one while it reconnects.
 */
const STREAMS_MAX = 4;

/** Sends server-sent events to players when the broadcast that they watch changes. */
@Injectable()
export class WhepEvents implements OnApplicationShutdown {
  /** The open streams by channel, bounded by the number of sessions and streams per session. */
  readonly #streams = new Map<LiveChannel, Set<EventStream>>();
  readonly #offs: readonly (() => void)[];

  constructor(liveChannels: LiveChannels) {
    const all = (send: (stream: EventStream) => void) => (live: LiveChannel) => {
      for (const stream of this.#streams.get(live) ?? []) send(stream);
    };
    this.#offs = [
      liveChannels.events.on(
        'stateChanged',
        all((stream) => stream.sendState()),
      ),
      liveChannels.events.on(
        'statsChanged',
        all((stream) => stream.sendViewers()),
      ),
    ];
  }

  onApplicationShutdown(): void {
    for (const off of this.#offs) off();
  }

  /** The number of open streams. */
  get size(): number {
    return [...this.#streams.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Sends the current state, then every change, until the session ends or the returned function is
   * called.
   */
  stream(session: WhepSession, events: ReadonlySet<WhepEvent>, sink: EventSink): () => void {
    const { live, media } = session;
    const streams = this.#streams.get(live) ?? new Set();
    this.#streams.set(live, streams);
    const own = [...streams].filter((stream) => stream.session === session);
    if (own.length >= STREAMS_MAX) own[0]?.end();
    const stream = new EventStream(session, events, sink);
    streams.add(stream);
    const offs = [
      media.events.on('consumerAdded', () => stream.sendLayers()),
      session.events.on('closed', () => stream.end()),
    ];
    const timer = setInterval(() => stream.send(': still here\n\n'), KEEP_ALIVE_MS);
    stream.onEnd = () => {
      clearInterval(timer);
      for (const off of offs) off();
      streams.delete(stream);
      if (streams.size === 0) this.#streams.delete(live);
    };
    stream.sendState();
    stream.sendLayers();
    stream.sendViewers();
    return () => stream.end();
  }

  /** Ends all streams of a session. */
  end(session: WhepSession): void {
    for (const stream of this.#streams.get(session.live) ?? [])
      if (stream.session === session) stream.end();
  }
}

/** One event stream: each value is sent at the start, and again whenever it changes. */
class EventStream {
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

  send(text: string): void {
    if (!this.#isEnded && !this.#sink.write(text)) this.end();
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.onEnd();
    this.#sink.end();
  }

  /**
   * Sends the current state. At the start of the stream, sends nothing if the channel isn't active.
   */
  sendState(): void {
    const isActive = this.session.live.state.broadcast?.state === 'live';
    if (isActive === this.#isActive) return;
    this.#isActive = isActive;
    this.#sendEvent(isActive ? 'active' : 'inactive', {});
  }

  sendViewers(): void {
    const viewercount = this.session.live.viewerCount;
    if (viewercount === this.#viewers) return;
    this.#viewers = viewercount;
    this.#sendEvent('viewercount', { viewercount });
  }

  /** Sends the layers, highest first, under the index of their SDP media section. */
  sendLayers(): void {
    const { videoSection, media } = this.session;
    const video = media.consumers.find(({ kind }) => kind === 'video');
    if (videoSection === null || !video) return;
    const layers = Array.from({ length: video.layers }, (_, layer) => ({
      encodingId: String(layer),
      rid: String(layer),
      spatialLayerId: layer,
    }));
    this.#sendEvent('layers', { [videoSection]: { layers: layers.toReversed() } });
  }

  #sendEvent(event: WhepEvent, data: object): void {
    if (this.#events.has(event)) this.send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
