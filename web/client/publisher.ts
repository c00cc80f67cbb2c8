import { batch, effect, type ReadonlySignal, signal } from '@preact/signals-core';
import type { Visibility } from '../../src/protocol/access.js';
import type { BroadcastView, EndReason } from '../../src/protocol/broadcast.js';
import type { ServerClock } from './clock.js';
import type { Connection } from './connection.js';
import { loadDevice } from './device.js';
import { RequestError, type RequestErrorCode } from './request-error.js';
import { type SendCounters, type SendHealth, sendHealth } from './send-health.js';
import { Sender, type TrackKind } from './sender.js';
import { ThumbnailSender } from './thumbnail-sender.js';

/** What the studio shows. */
export type PublisherState =
  | { name: 'idle' }
  | { name: 'starting' }
  | { name: 'live'; broadcast: BroadcastView }
  | { name: 'reconnecting'; broadcast: BroadcastView }
  | { name: 'ended'; broadcast: BroadcastView | null; reason: EndReason | null }
  | { name: 'failed'; code: RequestErrorCode | 'media_failed' | 'taken_over'; message: string };

export type StartOptions = {
  channel: string;
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
  /** From before a reload: takes over from the caller's own lost connection. */
  resumeToken?: string;
  /** The audience of a new broadcast, unless the channel's is narrower. */
  visibility?: Visibility;
};

type Wanted = {
  channel: string;
  visibility: Visibility;
  tracks: Record<TrackKind, MediaStreamTrack | null>;
  muted: Record<TrackKind, boolean>;
};

const HEALTH_INTERVAL_MS = 1_000;
const RETRY_MS = 1_500;

type FailureCode = RequestErrorCode | 'media_failed';
/** Errors that may pass. */
const PASSING_CODES: ReadonlySet<FailureCode> = new Set(['offline', 'timeout', 'unavailable']);
/** Errors that a retry cannot fix, even for a broadcast that was live. */
const FINAL_CODES: ReadonlySet<FailureCode> = new Set([
  'not_logged_in',
  'account_disabled',
  'forbidden',
  'channel_not_found',
  'already_publishing',
  'bad_request',
]);

/**
 * Publishes one broadcast: starts it, keeps it running across lost networks and servers, and ends
 * it.
 */
export class Publisher {
  readonly #connection: Connection;
  readonly #clock: ServerClock;
  readonly #state = signal<PublisherState>({ name: 'idle' });
  readonly #viewers = signal(0);
  readonly #health = signal<SendHealth | null>(null);
  readonly #resumeToken = signal<string | null>(null);
  readonly #offs: (() => void)[] = [];
  /** What should be live; null before the start and after the end. */
  #wanted: Wanted | null = null;
  #broadcast: BroadcastView | null = null;
  #sender: Sender | null = null;
  #thumbnails: ThumbnailSender | null = null;
  #attempt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #counters: SendCounters | null = null;

  readonly state: ReadonlySignal<PublisherState> = this.#state;
  readonly viewers: ReadonlySignal<number> = this.#viewers;
  readonly health: ReadonlySignal<SendHealth | null> = this.#health;
  /** Stored by the page across reloads, so that the next page can resume the broadcast. */
  readonly resumeToken: ReadonlySignal<string | null> = this.#resumeToken;

  constructor({ connection, clock }: { connection: Connection; clock: ServerClock }) {
    this.#connection = connection;
    this.#clock = clock;
    this.#listen();
    const timer = setInterval(() => void this.#measure(), HEALTH_INTERVAL_MS);
    this.#offs.push(() => clearInterval(timer));
  }

  /** Goes live, or resumes the channel's interrupted broadcast. `state` shows the result. */
  async start({
    channel,
    audio,
    video,
    resumeToken,
    visibility = 'public',
  }: StartOptions): Promise<void> {
    this.#wanted = {
      channel,
      visibility,
      tracks: { audio, video },
      muted: { audio: false, video: false },
    };
    this.#broadcast = null;
    if (resumeToken !== undefined) this.#resumeToken.value = resumeToken;
    this.#state.value = { name: 'starting' };
    await this.#connect();
  }

  /** Replaces a track without interruption; null sends none of that kind. */
  async replaceTrack(kind: TrackKind, track: MediaStreamTrack | null): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted) return;
    wanted.tracks[kind] = track;
    await this.#sender?.send(kind, track, wanted.muted[kind]);
  }

  /** Pauses and resumes a kind; viewers are notified. */
  setMuted(kind: TrackKind, muted: boolean): void {
    if (!this.#wanted) return;
    this.#wanted.muted[kind] = muted;
    void this.#sender?.setMuted(kind, muted).catch(() => {
      // The server did not receive it: the next connection starts with it.
    });
  }

  /** Ends the broadcast. Rejects if the server cannot be reached; the broadcast then continues. */
  async end(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted) return;
    await this.#connection.request('publisher:end', { channel: wanted.channel });
    this.#stop({ name: 'ended', broadcast: this.#broadcast, reason: 'publisher_ended' });
  }

  /** Leaves without ending: the broadcast is interrupted, as by a closed tab. */
  close(): void {
    this.#stop({ name: 'idle' });
    for (const off of this.#offs) off();
  }

  #listen(): void {
    const connection = this.#connection;
    this.#offs.push(
      connection.onOnline(() => {
        if (this.#wanted) void this.#connect();
      }),
      connection.on('channel:state', ({ channel, broadcast }) => {
        if (channel === this.#wanted?.channel && broadcast) this.#broadcastChanged(broadcast);
      }),
      connection.on('channel:stats', ({ channel, viewers }) => {
        if (channel === this.#wanted?.channel) this.#viewers.value = viewers;
      }),
      connection.on('transport:closed', ({ transportId }) => {
        if (this.#sender?.transportId === transportId) void this.#connect();
      }),
      connection.on('publisher:closed', ({ channel, reason }) => {
        if (channel !== this.#wanted?.channel || reason !== 'taken_over') return;
        const message = 'This broadcast goes on in another tab or on another device.';
        this.#stop({ name: 'failed', code: 'taken_over', message });
      }),
      effect(() => {
        const offsetMs = this.#clock.offsetMs.value;
        if (offsetMs !== null && this.#state.value.name === 'live') this.#tellClock(offsetMs);
      }),
      effect(() => {
        const isGone = connection.status.value !== 'online';
        if (isGone && this.#wanted) this.#lost();
      }),
    );
  }

  #broadcastChanged(broadcast: BroadcastView): void {
    this.#broadcast = broadcast;
    if (broadcast.state === 'ended')
      return this.#stop({ name: 'ended', broadcast, reason: broadcast.endReason });
    if (broadcast.state === 'live' && this.#sender) this.#state.value = { name: 'live', broadcast };
    if (broadcast.state === 'interrupted') this.#state.value = { name: 'reconnecting', broadcast };
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#attempt += 1;
    const attempt = this.#attempt;
    const wanted = this.#wanted;
    if (!wanted) return;
    this.#dropSender();
    const resumeToken = this.#resumeToken.peek();
    try {
      const started = await this.#connection.request('publisher:start', {
        channel: wanted.channel,
        visibility: wanted.visibility,
        ...(resumeToken ? { resumeToken } : {}),
        ...(this.#broadcast ? { continues: this.#broadcast.id } : {}),
      });
      if (attempt !== this.#attempt) return;
      batch(() => {
        this.#broadcast = started.broadcast;
        this.#resumeToken.value = started.resumeToken;
      });
      const sender: Sender = new Sender({
        connection: this.#connection,
        device: await loadDevice(started.rtpCapabilities),
        started,
        onFailed: () => {
          if (this.#sender === sender) this.#lostThenConnect();
        },
      });
      if (attempt !== this.#attempt) return sender.close();
      this.#sender = sender;
      if (started.thumbnails)
        this.#thumbnails = new ThumbnailSender(this.#connection, () =>
          wanted.muted.video ? null : wanted.tracks.video,
        );
      // Both together need one negotiation.
      await Promise.all(
        (['audio', 'video'] as const).map((kind) =>
          sender.send(kind, wanted.tracks[kind], wanted.muted[kind]),
        ),
      );
    } catch (error) {
      if (attempt === this.#attempt) this.#connectFailed(error);
    }
  }

  #connectFailed(error: unknown): void {
    const code = error instanceof RequestError ? error.code : 'media_failed';
    const message = error instanceof Error ? error.message : String(error);
    if (code === 'not_live')
      return this.#stop({ name: 'ended', broadcast: this.#broadcast, reason: null });
    // A broadcast that was live is worth retrying until its grace time has passed; for one that
    // never was, report the error immediately.
    if (this.#broadcast ? !FINAL_CODES.has(code) : PASSING_CODES.has(code)) {
      this.#lost();
      this.#retryTimer = setTimeout(() => void this.#connect(), RETRY_MS);
      return;
    }
    this.#stop({ name: 'failed', code, message });
  }

  #lost(): void {
    this.#health.value = null;
    this.#counters = null;
    if (this.#broadcast && this.#state.peek().name === 'live')
      this.#state.value = { name: 'reconnecting', broadcast: this.#broadcast };
  }

  #lostThenConnect(): void {
    this.#lost();
    void this.#connect();
  }

  #stop(state: PublisherState): void {
    this.#attempt += 1;
    clearTimeout(this.#retryTimer);
    this.#wanted = null;
    this.#broadcast = null;
    this.#dropSender();
    batch(() => {
      this.#health.value = null;
      this.#resumeToken.value = null;
      this.#state.value = state;
    });
  }

  #dropSender(): void {
    this.#sender?.close();
    this.#sender = null;
    this.#thumbnails?.close();
    this.#thumbnails = null;
    this.#counters = null;
  }

  #tellClock(offsetMs: number): void {
    void this.#connection.request('publisher:clock', { offsetMs }).catch(() => {
      // Sent again with the next measurement.
    });
  }

  async #measure(): Promise<void> {
    const sender = this.#sender;
    if (!sender || this.#state.peek().name !== 'live') return;
    const report = await sender.getStats().catch(() => null);
    if (!report || sender !== this.#sender) return;
    const { health, counters } = sendHealth(report.values(), this.#counters, Date.now());
    this.#counters = counters;
    this.#health.value = health;
  }
}
