import { batch, computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import type { Visibility } from '../../../../src/protocol/access.js';
import type { BroadcastView } from '../../../../src/protocol/broadcast.js';
import { assertNever } from '../../../../src/protocol/assert-never.js';
import type { Capture } from '../../../client/capture/capture.js';
import type { Connection } from '../../../client/connection.js';
import type { Publisher, PublisherState } from '../../../client/publisher.js';
import { type BroadcastSummary, summaryOf } from './broadcast-summary.js';
import type { OwnChannels } from './own-channels.js';
import { PublishedTracks } from './published-tracks.js';
import type { ResumeTokens } from './resume-tokens.js';
import type { StageSlot } from './stage-slot.js';

/** The phase of the broadcast, as shown in the studio. */
export type Phase =
  | { readonly name: 'ready' }
  /**
   * The channel's broadcast runs without this page, because the page was reloaded, or because
   * another page or an encoder publishes it.
   */
  | { readonly name: 'resumable'; readonly broadcast: BroadcastView }
  | { readonly name: 'starting' }
  | { readonly name: 'live'; readonly broadcast: BroadcastView }
  /** `untilMs` is the time on this machine's clock after which the server may end the broadcast. */
  | { readonly name: 'reconnecting'; readonly broadcast: BroadcastView; readonly untilMs: number }
  | { readonly name: 'ended'; readonly summary: BroadcastSummary };

/** The interval at which the server is polled while this page doesn't publish, in milliseconds. */
const WATCH_MS = 3_000;

/** The parts that an {@link OnAir} connects. */
export interface OnAirParts {
  readonly capture: Capture;
  readonly channels: OwnChannels;
  readonly connection: Connection;
  readonly publisher: Publisher;
  readonly stage: StageSlot;
  readonly tokens: ResumeTokens;
  /** The time after which the server ends a broadcast without a publisher, in milliseconds. */
  readonly graceMs: number;
}

/**
 * Connects capture to publishing: goes live, and resumes and ends broadcasts. There is one instance
 * for the lifetime of the page.
 */
export class OnAir {
  readonly #parts: OnAirParts;
  readonly #problem = signal<string | null>(null);
  readonly #summary = signal<BroadcastSummary | null>(null);
  readonly #lostAtMs = signal<number | null>(null);
  /** The audience of the next broadcast, unless the channel's is narrower. */
  readonly nextVisibility = signal<Visibility>('public');
  #peakViewers = 0;

  readonly phase: ReadonlySignal<Phase> = computed(() =>
    this.#phaseOf(this.#parts.publisher.state.value),
  );
  readonly #phaseName = computed(() => this.phase.value.name);

  constructor(parts: OnAirParts) {
    this.#parts = parts;
    const { publisher, capture, stage } = parts;
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
    const { published } = stage;
    const tracks = new PublishedTracks(publisher, published, () => capture.sound.applyMute());
    effect(() => tracks.setPicture(published.value.video));
    effect(() => tracks.setSound(published.value.audio, published.value.silent));
  }

  /**
   * A sentence that says why the last start failed or why the broadcast stopped; null if there is
   * no problem.
   */
  get problem(): ReadonlySignal<string | null> {
    return this.#problem;
  }

  /** Whether closing the page now would interrupt a broadcast. */
  get busy(): boolean {
    const name = this.#phaseName.value;
    return name === 'starting' || name === 'live' || name === 'reconnecting';
  }

  /**
   * The current broadcast, whether it is published from this page or not; null if there is none.
   */
  get broadcast(): BroadcastView | null {
    const phase = this.phase.value;
    return 'broadcast' in phase ? phase.broadcast : null;
  }

  /** The audience of the current or next broadcast, unless the channel's is narrower. */
  get visibility(): Visibility {
    return this.broadcast?.visibility ?? this.nextVisibility.value;
  }

  /**
   * Returns whether {@link start} can resume a broadcast: an interrupted one, or one from this tab
   * whose lost connection the server hasn't noticed yet.
   */
  canResume({ channel, state }: BroadcastView): boolean {
    return state === 'interrupted' || this.#parts.tokens.read(channel) !== null;
  }

  /** Goes live on the selected channel, or resumes its broadcast. */
  async start(): Promise<void> {
    const { channels, stage, publisher, tokens } = this.#parts;
    // A title that is being saved belongs to this broadcast.
    await channels.settled();
    const channel = channels.chosen.value;
    if (channel === null || this.busy) return;
    batch(() => {
      this.#problem.value = null;
      this.#summary.value = null;
    });
    this.#peakViewers = 0;
    const resumeToken = tokens.read(channel.name);
    publisher.start({
      channel: channel.name,
      audio: stage.published.value.audio,
      video: stage.published.value.video,
      ...(resumeToken !== null && { resumeToken }),
      visibility: this.nextVisibility.value,
    });
    publisher.setMuted('audio', stage.published.value.silent);
  }

  /**
   * Ends the broadcast, whether it is published from this page or not, and closes the stage. Throws
   * `RequestError`.
   */
  async end(): Promise<void> {
    const { channels, connection, publisher, stage, tokens } = this.#parts;
    const channel = channels.chosen.value;
    if (channel === null) return;
    if (this.busy) {
      await publisher.end();
      return;
    }
    await connection.request('publisher:end', { channel: channel.name });
    tokens.forget(channel.name);
    stage.closeNow();
    await channels.refresh();
  }

  /** Stops publishing, because the server's mixer publishes the broadcast now. */
  async handOver(): Promise<void> {
    this.#parts.publisher.handOver();
    this.#problem.value = null;
    await this.#parts.channels.refresh();
  }

  /** Leaves the summary and returns to the start, with the preview on. */
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
        const untilMs = (this.#lostAtMs.value ?? Date.now()) + this.#parts.graceMs;
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
    // Nothing is published any longer, so the camera's light must go off, and guests must not see
    // the host.
    this.#parts.capture.release();
    this.#parts.stage.closeNow();
    this.#refresh();
    this.#summary.value = summaryOf(state.broadcast, {
      endedAtMs: Date.now(),
      peakViewers: this.#peakViewers,
      reason: state.reason,
    });
  }

  /**
   * Polls the server to detect the end of a broadcast that runs without this page, or the start of
   * one by an encoder.
   */
  #watchFromOutside(): (() => void) | undefined {
    const name = this.#phaseName.value;
    if (name !== 'resumable' && name !== 'ready') return undefined;
    const timer = setInterval(() => this.#refresh(), WATCH_MS);
    return () => clearInterval(timer);
  }

  #refresh(): void {
    // If there is no reply, the last known state remains.
    this.#parts.channels.refresh().catch(() => undefined);
  }
}
