import { batch, computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import type { Visibility } from '../../../src/protocol/access.js';
import type { BroadcastView } from '../../../src/protocol/broadcast.js';
import { GRACE_MS } from '../../../src/protocol/limits.js';
import { assertNever } from '../../client/assert-never.js';
import type { Capture } from '../../client/capture/capture.js';
import type { Connection } from '../../client/connection.js';
import type { Publisher, PublisherState } from '../../client/publisher.js';
import { type BroadcastSummary, summaryOf } from './broadcast-summary.js';
import type { OwnChannels } from './own-channels.js';
import { PublishedTracks } from './published-tracks.js';
import type { ResumeTokens } from './resume-tokens.js';

/** Where the broadcast is, as the studio shows it. */
export type Phase =
  | { readonly name: 'ready' }
  /** The channel's broadcast goes on without this page: after a reload, or from somewhere else. */
  | { readonly name: 'resumable'; readonly broadcast: BroadcastView }
  | { readonly name: 'starting' }
  | { readonly name: 'live'; readonly broadcast: BroadcastView }
  /** `untilMs`: when the server may give the broadcast up, by this machine's clock. */
  | { readonly name: 'reconnecting'; readonly broadcast: BroadcastView; readonly untilMs: number }
  | { readonly name: 'ended'; readonly summary: BroadcastSummary };

/** How often it is asked for what goes on without this page, milliseconds. */
const WATCH_MS = 3_000;

/** Everything an {@link OnAir} joins. */
export interface OnAirParts {
  readonly capture: Capture;
  readonly channels: OwnChannels;
  readonly connection: Connection;
  readonly publisher: Publisher;
  readonly tokens: ResumeTokens;
}

/** Joins what is captured with what is published: goes live, comes back, ends. Lives as long as its page. */
export class OnAir {
  readonly #parts: OnAirParts;
  readonly #problem = signal<string | null>(null);
  readonly #summary = signal<BroadcastSummary | null>(null);
  readonly #lostAtMs = signal<number | null>(null);
  /** Who may watch the next broadcast, if the channel doesn't let fewer. */
  readonly nextVisibility = signal<Visibility>('public');
  #peakViewers = 0;

  readonly phase: ReadonlySignal<Phase> = computed(() =>
    this.#phaseOf(this.#parts.publisher.state.value),
  );
  readonly #phaseName = computed(() => this.phase.value.name);

  constructor(parts: OnAirParts) {
    this.#parts = parts;
    const { publisher, capture } = parts;
    effect(() => {
      const state = publisher.state.value;
      untracked(() => this.#follow(state));
    });
    effect(() => {
      this.#peakViewers = Math.max(this.#peakViewers, publisher.viewers.value);
    });
    effect(() => {
      const token = publisher.resumeToken.value;
      const channel = parts.channels.chosen.peek();
      if (token !== null && channel !== null) parts.tokens.keep(channel.name, token);
    });
    effect(() => this.#watchFromOutside());
    const tracks = new PublishedTracks(publisher, capture.sound);
    effect(() => tracks.setPicture(capture.picture.track.value));
    effect(() => tracks.setSound(capture.sound.track.value, capture.sound.silent.value));
  }

  /** Why the last start did not work or stopped working, in a sentence, or null. */
  get problem(): ReadonlySignal<string | null> {
    return this.#problem;
  }

  /** True while closing the page would interrupt a broadcast. */
  get busy(): boolean {
    const name = this.#phaseName.value;
    return name === 'starting' || name === 'live' || name === 'reconnecting';
  }

  /** What is on now, published from here or not; null: nothing. */
  get broadcast(): BroadcastView | null {
    const phase = this.phase.value;
    return 'broadcast' in phase ? phase.broadcast : null;
  }

  /** Who may watch it, or the next one, if the channel doesn't let fewer. */
  get visibility(): Visibility {
    return this.broadcast?.visibility ?? this.nextVisibility.value;
  }

  /**
   * Whether {@link start} can go on with a broadcast: one that was interrupted, or one of this tab's
   * own that the server has not missed yet.
   */
  canResume({ channel, state }: BroadcastView): boolean {
    return state === 'interrupted' || this.#parts.tokens.read(channel) !== null;
  }

  /** Goes live on the chosen channel, or goes on with its broadcast. */
  async start(): Promise<void> {
    const { channels, capture, publisher, tokens } = this.#parts;
    // A title that is just being typed belongs to this broadcast.
    await channels.settled();
    const channel = channels.chosen.value;
    if (channel === null || this.busy) return;
    batch(() => {
      this.#problem.value = null;
      this.#summary.value = null;
    });
    this.#peakViewers = 0;
    const resumeToken = tokens.read(channel.name);
    void publisher.start({
      channel: channel.name,
      audio: capture.sound.track.value,
      video: capture.picture.track.value,
      ...(resumeToken !== null && { resumeToken }),
      visibility: this.nextVisibility.value,
    });
    publisher.setMuted('audio', capture.sound.silent.value);
  }

  /** Ends the broadcast, whether it is published from here or not. Throws `RequestError`. */
  async end(): Promise<void> {
    const { channels, connection, publisher, tokens } = this.#parts;
    const channel = channels.chosen.value;
    if (channel === null) return;
    if (this.busy) {
      await publisher.end();
      return;
    }
    await connection.request('publisher:end', { channel: channel.name });
    tokens.forget(channel.name);
    await channels.refresh();
  }

  /** Leaves the summary, back to the start, with the preview on again. */
  async dismiss(): Promise<void> {
    this.#summary.value = null;
    await this.#parts.capture.open();
  }

  #phaseOf(state: PublisherState): Phase {
    switch (state.name) {
      case 'starting':
        return { name: 'starting' };
      case 'live':
        return { name: 'live', broadcast: state.broadcast };
      case 'reconnecting': {
        const untilMs = (this.#lostAtMs.value ?? Date.now()) + GRACE_MS;
        return { name: 'reconnecting', broadcast: state.broadcast, untilMs };
      }
      case 'idle':
      case 'ended':
      case 'failed':
        return this.#offAirPhase();
      default:
        return assertNever(state);
    }
  }

  #offAirPhase(): Phase {
    const summary = this.#summary.value;
    if (summary !== null) return { name: 'ended', summary };
    const broadcast = this.#parts.channels.chosen.value?.broadcast ?? null;
    return broadcast === null ? { name: 'ready' } : { name: 'resumable', broadcast };
  }

  #follow(state: PublisherState): void {
    if (state.name === 'reconnecting') this.#lostAtMs.value = this.#lostAtMs.peek() ?? Date.now();
    else this.#lostAtMs.value = null;
    if (state.name === 'failed') {
      this.#problem.value = state.message;
      this.#refresh();
    }
    if (state.name !== 'ended') return;
    const channel = this.#parts.channels.chosen.peek();
    if (channel !== null) this.#parts.tokens.forget(channel.name);
    if (state.broadcast === null) {
      this.#refresh();
      return;
    }
    // Nobody sees or hears anything any more: the camera's light must not say otherwise.
    this.#parts.capture.release();
    this.#refresh();
    this.#summary.value = summaryOf(state.broadcast, {
      endedAtMs: Date.now(),
      peakViewers: this.#peakViewers,
      reason: state.reason,
    });
  }

  /** While the broadcast goes on without this page, sees when it ends; before, when a program goes live. */
  #watchFromOutside(): (() => void) | undefined {
    const name = this.#phaseName.value;
    if (name !== 'resumable' && name !== 'ready') return undefined;
    const timer = setInterval(() => this.#refresh(), WATCH_MS);
    return () => clearInterval(timer);
  }

  #refresh(): void {
    // Without an answer the last known state stays on the page.
    this.#parts.channels.refresh().catch(() => undefined);
  }
}
