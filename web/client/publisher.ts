import { computed, effect, type ReadonlySignal, signal } from '@preact/signals-core';
import type { Visibility } from '../../src/protocol/access.js';
import type { BroadcastView, EndReason } from '../../src/protocol/broadcast.js';
import { assertNever } from '../../src/protocol/assert-never.js';
import type { ServerClock } from './clock.js';
import type { Connection } from './connection.js';
import type { Link } from './link.js';
import type { Prepared } from './node-move.js';
import {
  type FailureCode,
  IDLE,
  isActive,
  type Job,
  LINGER_MS,
  type Publishing,
  type PublishingEffect,
  type PublishingEvent,
  RETRY_MS,
  step,
} from './publishing.js';
import { RequestError } from './request-error.js';
import type { SendHealth } from './send-health.js';
import type { TrackKind } from './sender.js';
import { openUplink, type Uplink } from './uplink.js';

/** The state shown by the studio: a part of {@link Publishing}. */
export type PublisherState =
  | { readonly name: 'idle' }
  | { readonly name: 'starting' }
  | { readonly name: 'live'; readonly broadcast: BroadcastView }
  | { readonly name: 'reconnecting'; readonly broadcast: BroadcastView }
  | {
      readonly name: 'ended';
      readonly broadcast: BroadcastView | null;
      readonly reason: EndReason | null;
    }
  | {
      readonly name: 'failed';
      readonly code: FailureCode | 'taken_over';
      readonly message: string;
    };

export type StartOptions = {
  channel: string;
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
  /**
   * The token from before a reload, with which the page takes over from its own lost connection.
   */
  resumeToken?: string;
  /** The audience of a new broadcast, unless the channel's is narrower. */
  visibility?: Visibility;
};

/** The maximum time until the first media is sent over a second uplink. */
const FIRST_MEDIA_MAX_MS = 5_000;
const FIRST_MEDIA_CHECK_MS = 50;

type Effect<N extends PublishingEffect['name']> = Extract<PublishingEffect, { name: N }>;

/**
 * Publishes one broadcast: starts it, keeps it running across lost networks and servers, and ends
 * it. {@link step} makes the decisions, and this class carries out their effects.
 */
export class Publisher {
  readonly #connection: Connection;
  readonly #clock: ServerClock;
  readonly #state = signal<Publishing>(IDLE);
  readonly #viewers = signal(0);
  readonly #offs: (() => void)[];

  readonly state: ReadonlySignal<PublisherState> = this.#state;
  /** The latest viewer count from the server. */
  readonly viewers: ReadonlySignal<number> = this.#viewers;
  /** The health of what was sent during the last second; null while not live. */
  readonly health: ReadonlySignal<SendHealth | null> = computed(() => {
    const state = this.#state.value;
    return state.name === 'live' ? state.link.uplink.health.value : null;
  });
  /**
   * The token that the page stores across reloads, so that the next page can resume the broadcast.
   */
  readonly resumeToken: ReadonlySignal<string | null> = computed(() => {
    const state = this.#state.value;
    return isActive(state) ? state.resumeToken : null;
  });

  constructor({ connection, clock }: { connection: Connection; clock: ServerClock }) {
    this.#connection = connection;
    this.#clock = clock;
    this.#offs = [...this.#listen(), ...this.#follow()];
  }

  /** Goes live, or resumes the channel's interrupted broadcast. `state` shows the result. */
  start({ channel, audio, video, resumeToken, visibility = 'public' }: StartOptions): void {
    const tracks = { audio, video };
    const muted = { audio: false, video: false };
    const job = { channel, visibility, tracks, muted };
    void this.#dispatch({ name: 'start', job, resumeToken: resumeToken ?? null });
  }

  /**
   * Replaces a track without interruption; null stops sending that kind. Rejects if the connection
   * breaks in the meantime, in which case the next connection starts with the new track.
   */
  replaceTrack(kind: TrackKind, track: MediaStreamTrack | null): Promise<void> {
    return this.#dispatch({ name: 'track-changed', kind, track });
  }

  /** Pauses and resumes a kind; viewers are notified. */
  setMuted(kind: TrackKind, muted: boolean): void {
    void this.#dispatch({ name: 'mute-changed', kind, muted });
  }

  /**
   * Ends the broadcast. Rejects if the server can't be reached, in which case the broadcast
   * continues.
   */
  end(): Promise<void> {
    return this.#dispatch({ name: 'end-requested' });
  }

  /** Stops publishing without ending the broadcast, because the server's mixer publishes it now. */
  handOver(): void {
    void this.#dispatch({ name: 'left' });
  }

  /** Leaves without ending the broadcast, which is interrupted as if the tab had been closed. */
  close(): void {
    void this.#dispatch({ name: 'left' });
    for (const off of this.#offs) off();
  }

  #listen(): (() => void)[] {
    const connection = this.#connection;
    return [
      connection.onOnline((isMove) => {
        if (!isMove) void this.#dispatch({ name: 'online' });
      }),
      connection.onMove((next, isOver) => this.#prepareMove(next, isOver)),
      connection.on('channel:state', ({ broadcast }) => {
        if (broadcast) void this.#dispatch({ name: 'broadcast-changed', broadcast });
      }),
      connection.on('channel:stats', ({ channel, viewers }) => {
        const state = this.#state.peek();
        if (isActive(state) && channel === state.job.channel) this.#viewers.value = viewers;
      }),
      connection.on(
        'transport:closed',
        ({ transportId }) => void this.#dispatch({ name: 'transport-closed', transportId }),
      ),
      connection.on('publisher:closed', ({ channel, reason }) => {
        if (reason === 'taken_over') void this.#dispatch({ name: 'taken-over', channel });
      }),
    ];
  }

  /** Starts the effects that last as long as the current state. */
  #follow(): (() => void)[] {
    const waitingFor = computed(() => {
      const state = this.#state.value;
      return isActive(state) && state.link.name === 'waiting' ? state.attempt : null;
    });
    const isLive = computed(() => this.#state.value.name === 'live');
    return [
      effect(() => {
        if (waitingFor.value === null) return undefined;
        const timer = setTimeout(() => void this.#dispatch({ name: 'retry-due' }), RETRY_MS);
        return () => clearTimeout(timer);
      }),
      effect(() => {
        const offsetMs = this.#clock.offsetMs.value;
        if (offsetMs !== null && isLive.value) this.#reportClock(offsetMs);
      }),
      effect(() => {
        if (this.#connection.status.value !== 'online') void this.#dispatch({ name: 'offline' });
      }),
    ];
  }

  /**
   * Changes the state. This is the only place where the state changes. Resolves when the effects
   * have been carried out.
   */
  async #dispatch(event: PublishingEvent): Promise<void> {
    const { state, effects } = step(this.#state.peek(), event);
    this.#state.value = state;
    await Promise.all(effects.map((one) => this.#run(one)));
  }

  async #run(todo: PublishingEffect): Promise<void> {
    switch (todo.name) {
      case 'ask':
        return this.#attempt(todo.attempt, () => this.#ask(todo));
      case 'open':
        return this.#attempt(todo.attempt, () => this.#open(todo));
      case 'send':
        return this.#attempt(todo.attempt, () => sendAll(todo));
      case 'replace':
        return todo.uplink.send(todo.kind, todo.track, todo.muted);
      case 'mute':
        return todo.uplink.setMuted(todo.kind, todo.muted).catch(() => {
          // The server didn't receive the change, but the next connection starts with it.
        });
      case 'end':
        return this.#end(todo);
      case 'close':
        return todo.uplink.close();
      case 'retire':
        setTimeout(() => todo.uplink.close(), LINGER_MS);
        return;
      default:
        return assertNever(todo);
    }
  }

  async #attempt(attempt: number, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      const code = error instanceof RequestError ? error.code : 'media_failed';
      const message = error instanceof Error ? error.message : String(error);
      void this.#dispatch({ name: 'attempt-failed', attempt, code, message });
    }
  }

  async #ask({ attempt, job, resumeToken, continues }: Effect<'ask'>): Promise<void> {
    const started = await this.#connection.request('publisher:start', {
      channel: job.channel,
      visibility: job.visibility,
      ...(resumeToken !== null && { resumeToken }),
      ...(continues !== null && { continues }),
    });
    void this.#dispatch({ name: 'accepted', attempt, started });
  }

  async #open({ attempt, started }: Effect<'open'>): Promise<void> {
    const uplink = await openUplink({
      link: this.#connection.link,
      started,
      onFailed: (failed) => void this.#dispatch({ name: 'uplink-failed', uplink: failed }),
    });
    void this.#dispatch({ name: 'opened', attempt, uplink });
  }

  async #end({ session, channel }: Effect<'end'>): Promise<void> {
    await this.#connection.request('publisher:end', { channel });
    void this.#dispatch({ name: 'end-accepted', session });
  }

  /**
   * Publishes over another link as well, and moves the broadcast to that link's node. Until then,
   * this page continues to send over the current link.
   */
  async #prepareMove(next: Link, isOver: () => boolean): Promise<Prepared> {
    const state = this.#state.peek();
    // Otherwise, publishing starts again over the next link.
    const restart = {
      commit: () => void this.#dispatch({ name: 'online' }),
      cancel: () => undefined,
    };
    if (state.name !== 'live' || state.resumeToken === null) return restart;
    const { job, resumeToken, attempt } = state;
    const { channel } = job;
    const started = await next.request('publisher:start', { channel, resumeToken, moves: true });
    const uplink = await openUplink({
      link: next,
      started,
      onFailed: (failed) => void this.#dispatch({ name: 'uplink-failed', uplink: failed }),
    });
    try {
      await sendAll({ uplink, job });
      await sends(uplink, job, isOver);
      if (isOver()) throw new Error('the move was canceled');
      await next.request('publisher:move', { channel });
    } catch (error) {
      uplink.close();
      throw error;
    }
    return {
      commit: () => void this.#dispatch({ name: 'moved', attempt, uplink }),
      cancel: () => uplink.close(),
    };
  }

  #reportClock(offsetMs: number): void {
    void this.#connection.request('publisher:clock', { offsetMs }).catch(() => {
      // The offset is sent again with the next measurement.
    });
  }
}

/** Resolves when the first media has been sent over an uplink; rejects if that takes too long. */
async function sends(uplink: Uplink, { tracks, muted }: Job, isOver: () => boolean): Promise<void> {
  const isSent = (kind: TrackKind): boolean => tracks[kind] !== null && !muted[kind];
  const kind = isSent('video') ? 'video' : 'audio';
  const endMs = performance.now() + FIRST_MEDIA_MAX_MS;
  while (isSent(kind) && !(await uplink.hasSent(kind))) {
    if (isOver() || performance.now() > endMs) throw new Error('no media could be sent');
    await new Promise((resolve) => setTimeout(resolve, FIRST_MEDIA_CHECK_MS));
  }
}

async function sendAll({ uplink, job }: Pick<Effect<'send'>, 'uplink' | 'job'>): Promise<void> {
  const { tracks, muted } = job;
  // Sending both at once takes only one negotiation.
  await Promise.all(
    (['audio', 'video'] as const).map((kind) => uplink.send(kind, tracks[kind], muted[kind])),
  );
}
