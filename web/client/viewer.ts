import {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from '@preact/signals-core';
import type { Boot } from '../../src/protocol/boot.js';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { EventPayload } from '../../src/protocol/events.js';
import type { ViewerJoined } from '../../src/protocol/signaling.js';
import { at } from './base-path.js';
import type { ServerClock } from './clock.js';
import type { Connection } from './connection.js';
import { type JoinContext, JoinLoop } from './join-loop.js';
import { LadderRun } from './ladder-run.js';
import { type BroadcastPhase, type LadderRules, mayUse, type Way } from './ladder-state.js';
import type { Link } from './link.js';
import { onNetworkChange } from './network-watch.js';
import type { Prepared } from './node-move.js';
import type { ReceiveStats } from './receive-stats.js';
import { Reception } from './reception.js';
import type { Layers, Receiver } from './receiver.js';
import { ViewerSharing } from './viewer-sharing.js';
import { type Source, type ViewerState, viewerState, type WatchedChannel } from './viewer-state.js';

type Options = {
  connection: Connection;
  clock: ServerClock;
  channel: string;
  boot: Boot;
  /** The ways that are allowed and supported. */
  rules: LadderRules;
  /** Whether to receive nothing until {@link Viewer.start} is called. */
  held?: boolean;
};

const FLOW_INTERVAL_MS = 1_000;
const UNKNOWN: WatchedChannel = {
  title: '',
  owner: '',
  broadcast: null,
  viewers: 0,
  thumbnail: null,
  lastLiveAt: null,
};

/**
 * Watches one channel: joins, stays joined, reconnects on its own, and follows the decisions of its
 * ladder. {@link Viewer.source} is the source to play. The viewer receives WebRTC itself, and
 * leaves HLS to the page.
 */
export class Viewer {
  readonly #options: Options;
  readonly #channel: Signal<WatchedChannel>;
  readonly #ladder: LadderRun;
  readonly #reception: Reception;
  readonly #ended = signal<BroadcastView | null>(null);
  readonly #gone = signal(false);
  readonly #held: Signal<boolean>;
  readonly #pinned = signal<number | null>(null);
  readonly #fromMs = signal<number | null>(null);
  readonly #stream = signal<MediaStream | null>(null);
  readonly #offs: (() => void)[] = [];
  readonly #joins: JoinLoop;
  /**
   * The URL of the HLS playlist. For protected channels, it contains a token that is renewed by
   * each join.
   */
  #hlsUrl: string;
  /** The broadcast last passed to the ladder. */
  #lastBroadcastId: string | null = null;
  /**
   * How far the clock behind the HLS timestamps is ahead of the server's clock, in milliseconds.
   */
  #programAheadMs = 0;

  readonly channel: ReadonlySignal<WatchedChannel>;
  readonly sharing: ViewerSharing;
  readonly state: ReadonlySignal<ViewerState>;
  /** The source to play; unchanged during an interruption. */
  readonly source: ReadonlySignal<Source | null>;
  /** Whether there is a WebRTC connection, even if it is still being negotiated. */
  readonly hasConnection: ReadonlySignal<boolean>;
  readonly way: ReadonlySignal<Way>;
  readonly canRewind: ReadonlySignal<boolean>;
  /** Whether the viewer can choose whether to share. */
  readonly canShare: ReadonlySignal<boolean>;
  /** True while the viewer is behind the live edge. */
  readonly behind: ReadonlySignal<boolean>;
  /** The WebRTC statistics, while WebRTC is used. */
  readonly stats: ReadonlySignal<ReceiveStats | null>;
  readonly layers: ReadonlySignal<Layers>;
  readonly pinned: ReadonlySignal<number | null> = this.#pinned;

  constructor(options: Options) {
    this.#options = options;
    const { connection, clock, boot } = options;
    this.channel = this.#channel = signal<WatchedChannel>(boot.channel ?? UNKNOWN);
    this.#held = signal(options.held ?? false);
    this.sharing = new ViewerSharing({
      connection,
      channel: options.channel,
      settings: boot.sharing,
    });
    this.#hlsUrl = at(`/hls/${options.channel}/index.m3u8`);
    this.#ladder = new LadderRun(options.rules, () => this.#reportFlow());
    this.#reception = new Reception({
      clock,
      onFailed: () => this.#ladder.tell({ name: 'webrtc-failed' }),
      onClosed: () => this.#renew(),
    });
    this.#joins = new JoinLoop({
      connection,
      channel: options.channel,
      rtpCapabilities: boot.rtpCapabilities,
      wantsMedia: () => this.#ladder.webrtc.peek(),
      onJoined: (joined, context) => this.#joined(joined, context),
      onGone: () => this.#isGone(),
      onRefused: () => this.#ladder.tell({ name: 'webrtc-refused' }),
    });
    const { way, ladder } = this.#ladder;
    this.way = way;
    this.canRewind = this.#ladder.canRewind;
    this.behind = computed(() => ladder.value.behind);
    this.canShare = computed(() => {
      const isOffered = this.sharing.isOffered(this.channel.value.viewers);
      const isShown = isOffered || (this.sharing.isEnabled.value && way.value === 'shared');
      return isShown && mayUse(options.rules, 'shared');
    });
    this.source = computed(() => this.#sourceNow());
    this.hasConnection = computed(() => this.#reception.receiver.value !== null);
    this.state = computed(() =>
      viewerState({
        gone: this.#gone.value,
        held: this.#held.value,
        broadcast: this.channel.value.broadcast,
        ended: this.#ended.value,
        ladder: ladder.value,
        hasSource: this.source.value !== null,
        failure: this.#joins.failure.value,
      }),
    );
    this.stats = computed(() => (way.value === 'webrtc' ? this.#reception.stats.value : null));
    this.layers = computed(() => ({
      count: this.#reception.receiver.value?.layerCount.value ?? 1,
      current: this.#reception.receiver.value?.currentLayer.value ?? null,
      pinned: this.#pinned.value,
    }));
    this.#tellBroadcast();
    this.#listen();
  }

  /**
   * Returns the current time on the clock behind the HLS timestamps, in milliseconds since 1970;
   * null until it is measured.
   */
  serverNow(): number | null {
    const nowMs = this.#options.clock.now();
    return nowMs === null ? null : nowMs + this.#programAheadMs;
  }

  /** Starts receiving, if the viewer was held. */
  start(): void {
    if (!this.#held.peek()) return;
    this.#held.value = false;
    this.#tellBroadcast();
  }

  /** Pins the video to a layer (0 is the lowest); null to let bandwidth estimation choose. */
  pinLayer(layer: number | null): void {
    this.#pinned.value = layer;
    this.#reception.pinLayer(layer);
  }

  /** Rewinds by playing HLS from the server time `fromMs`, unless HLS is already playing. */
  rewind(fromMs: number): void {
    batch(() => {
      if (this.way.peek() === 'webrtc') this.#fromMs.value = fromMs;
      this.#ladder.tell({ name: 'rewound' });
    });
  }

  /** Returns to the live edge. */
  goLive(): void {
    this.#ladder.tell({ name: 'went-live' });
  }

  /** Rejoins after HLS was refused, because its URL may have become invalid. */
  hlsRefused(): void {
    void this.#joins.join();
  }

  /** Starts or stops sharing media with other viewers, and stores the choice. */
  share(shares: boolean): void {
    this.sharing.choose(shares ? 'informed' : 'declined');
    this.#ladder.tell({ name: 'sharing-chosen', shares });
  }

  /** Reports that HLS cannot be played, after all retries. */
  hlsFailed(): void {
    this.#ladder.tell({ name: 'hls-failed' });
  }

  /** Retries immediately, starting with the first way. */
  retry(): void {
    this.#ladder.tell({ name: 'network-changed' });
    this.#joins.begin();
  }

  close(): void {
    this.#joins.close();
    for (const off of this.#offs) off();
    this.sharing.close();
    this.#ladder.close();
    this.#reception.close();
    this.#options.connection.request('viewer:leave', {}).catch(() => undefined);
  }

  #sourceNow(): Source | null {
    const way = this.way.value;
    if (way === 'webrtc') {
      const stream = this.#stream.value;
      return stream && { way, stream };
    }
    if (!this.#ladder.hls.value) return null;
    return { way, url: () => this.#hlsUrl, fromMs: this.#fromMs.value };
  }

  #listen(): void {
    const { connection, channel } = this.#options;
    const isHere = (payload: { channel: string }) => payload.channel === channel;
    const timer = setInterval(() => void this.#reportFlow(), FLOW_INTERVAL_MS);
    this.#offs.push(
      () => clearInterval(timer),
      connection.onOnline((isMove) => {
        if (!isMove) this.#renew();
      }),
      connection.onMove((next, isOver) => this.#prepareMove(next, isOver)),
      connection.on('channel:state', (state) => {
        if (isHere(state)) this.#stateChanged(state.title, state.broadcast);
      }),
      connection.on('channel:stats', (stats) => {
        if (!isHere(stats)) return;
        this.#reception.uplinkMs = stats.uplinkMs;
        this.#programAheadMs = stats.programAheadMs ?? 0;
        this.#channel.value = { ...this.channel.peek(), viewers: stats.viewers };
      }),
      connection.on('channel:deleted', (deleted) => {
        if (isHere(deleted)) this.#isGone();
      }),
      onNetworkChange(() => this.#ladder.tell({ name: 'network-changed' })),
      effect(() => {
        const wanted = this.#ladder.webrtc.value;
        untracked(() => this.#mediaWanted(wanted));
      }),
      effect(() => {
        const stream = this.#reception.receiver.value?.stream.value;
        if (stream) this.#stream.value = stream;
      }),
      effect(() => {
        if (this.sharing.isAllowed.value) return;
        untracked(() => this.#ladder.tell({ name: 'sharing-chosen', shares: false }));
      }),
      effect(() => {
        // The start position of HLS applies only to the rewind that set it.
        if (this.way.value === 'webrtc') untracked(() => (this.#fromMs.value = null));
      }),
    );
  }

  /** Carries out the ladder's decision about WebRTC. */
  #mediaWanted(wanted: boolean): void {
    if (wanted === this.#joins.asksMedia) return;
    if (!wanted) this.#reception.drop();
    void this.#joins.join();
  }

  /** Rejoins after the server connection or the media connection was replaced. */
  #renew(): void {
    this.#ladder.tell({ name: 'webrtc-renewed' });
    void this.#joins.join();
  }

  #isGone(): void {
    this.#gone.value = true;
    this.#reception.drop();
    this.#ladder.tell({
      name: 'broadcast',
      phase: 'off',
      hls: null,
      webrtc: null,
      isNew: false,
    });
  }

  #stateChanged(title: string, broadcast: BroadcastView | null): void {
    const before = this.channel.peek().broadcast;
    const isOver = broadcast?.state === 'ended';
    batch(() => {
      if (isOver && before && before.state !== 'starting') this.#ended.value = broadcast;
      if (broadcast && !isOver) this.#ended.value = null;
      const lastLiveAt = broadcast?.endedAt ?? this.channel.peek().lastLiveAt;
      this.#channel.value = { ...this.channel.peek(), title, broadcast, lastLiveAt };
      this.#tellBroadcast();
    });
    // Media becomes available when a broadcast starts, and again when its publisher returns.
    const lacksMedia = this.#joins.asksMedia && this.#reception.receiver.peek() === null;
    if (lacksMedia && this.#ladder.webrtc.peek()) void this.#joins.join();
  }

  #tellBroadcast(): void {
    const { broadcast, viewers } = this.channel.peek();
    const phase = this.#held.peek() ? 'off' : phaseOf(broadcast);
    const id = phase === 'off' ? null : (broadcast?.id ?? null);
    const isNew = id !== null && this.#lastBroadcastId !== null && id !== this.#lastBroadcastId;
    this.#lastBroadcastId = id;
    if (phase === 'off') this.#reception.drop();
    const shares = this.sharing.isAllowed.peek() && this.sharing.isOffered(viewers);
    const { hls = null, webrtc = null } = broadcast ?? {};
    this.#ladder.tell({ name: 'broadcast', phase, hls, webrtc, isNew, shares });
    if (phase === 'off' || isNew) this.#fromMs.value = null;
    if (phase === 'off') this.#stream.value = null;
  }

  async #joined(
    { channel, media, uplinkMs, hls }: ViewerJoined,
    { device, link, isLatest }: JoinContext,
  ): Promise<void> {
    this.#reception.drop();
    this.#reception.uplinkMs = uplinkMs;
    this.#hlsUrl = hls;
    batch(() => {
      this.#channel.value = channel;
      if (phaseOf(channel.broadcast) !== 'off') this.#ended.value = null;
      this.#tellBroadcast();
    });
    // Notifying the ladder may have started another join.
    if (!isLatest() || !media || !device) return;
    if (media.unsupported.includes('video')) return this.#ladder.tell({ name: 'webrtc-refused' });
    await this.#reception.take({ media, device, link, pinned: this.#pinned.peek() });
  }

  /** Joins at another node while the video from the current one keeps playing. */
  async #prepareMove(next: Link, isOver: () => boolean): Promise<Prepared> {
    const states: EventPayload<'channel:state'>[] = [];
    const off = next.on('channel:state', (state) => states.push(state));
    try {
      const { joined, device } = await this.#joins.joinOver(next);
      const { media } = joined;
      const isLive = joined.channel.broadcast?.state === 'live';
      const refused = !media || !device || media.unsupported.includes('video') || isOver();
      const pinned = this.#pinned.peek();
      const receiver =
        refused || !isLive
          ? null
          : await this.#reception.prepare({ media, device, link: next, pinned });
      return {
        commit: () => {
          off();
          this.#moved(joined, receiver);
          for (const { title, broadcast } of states) this.#stateChanged(title, broadcast);
        },
        cancel: () => {
          off();
          receiver?.close();
        },
      };
    } catch (error) {
      off();
      throw error;
    }
  }

  /** Switches to the media that was joined at another node. */
  #moved({ channel, uplinkMs, hls }: ViewerJoined, receiver: Receiver | null): void {
    this.#joins.supersede();
    batch(() => {
      if (receiver) this.#reception.replaceWith(receiver);
      this.#reception.uplinkMs = uplinkMs;
      this.#hlsUrl = hls;
      this.#channel.value = channel;
      this.#tellBroadcast();
    });
    // The media hasn't arrived yet, or the ladder has decided otherwise in the meantime.
    const wanted = this.#ladder.webrtc.peek();
    if (wanted === (receiver !== null) && wanted === this.#joins.asksMedia) return;
    if (!wanted) this.#reception.drop();
    void this.#joins.join();
  }

  async #reportFlow(): Promise<void> {
    const flow = await this.#reception.measure();
    if (flow) this.#ladder.tell({ name: 'webrtc-seen', ...flow });
  }
}

function phaseOf(broadcast: BroadcastView | null): BroadcastPhase {
  return broadcast === null || broadcast.state === 'ended' ? 'off' : broadcast.state;
}
