import { signal, type ReadonlySignal } from '@preact/signals-core';
import type { Device } from 'mediasoup-client';
import type { RtpCapabilities } from '../../src/protocol/rtc.js';
import type { ViewerJoined } from '../../src/protocol/signaling.js';
import type { Connection } from './connection.js';
import type { Link } from './link.js';
import { loadReceiver } from './device.js';
import { RequestError } from './request-error.js';

/** The parameters of a join. */
export type JoinContext = {
  /** The device that receives the media; null if none was requested. */
  device: Device | null;
  /** The link over which the channel was joined. */
  link: Link;
  /** Returns false once a newer join has started. */
  isLatest: () => boolean;
};

type Options = Readonly<{
  connection: Connection;
  channel: string;
  /** The SFU's capabilities; null if the page doesn't know them. */
  rtpCapabilities: RtpCapabilities | null;
  /** Whether to request media over WebRTC. */
  wantsMedia: () => boolean;
  onJoined: (joined: ViewerJoined, context: JoinContext) => Promise<void>;
  /** Called when the channel doesn't exist. */
  onGone: () => void;
  /**
   * Called when media was requested but this browser's WebRTC is unusable or `rtpCapabilities` is
   * null.
   */
  onRefused: () => void;
}>;

/** The delay after the first failed join. It doubles with each further failure. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 15_000;

/**
 * Joins a channel as a viewer and retries until that succeeds; a newer join replaces an older one.
 */
export class JoinLoop {
  readonly #options: Options;
  readonly #failure = signal<string | null>(null);
  /** Incremented by each join; results of older joins are discarded. */
  #attempt = 0;
  #retries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asksMedia = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The reason why joins keep failing; null if they don't. */
  get failure(): ReadonlySignal<string | null> {
    return this.#failure;
  }

  /** Whether the last join requested media. */
  get asksMedia(): boolean {
    return this.#asksMedia;
  }

  /** Joins, and resets the retry delay. */
  begin(): void {
    this.#retries = 0;
    this.#failure.value = null;
    void this.join();
  }

  async join(): Promise<void> {
    clearTimeout(this.#timer);
    this.#attempt += 1;
    const attempt = this.#attempt;
    const isLatest = (): boolean => attempt === this.#attempt;
    const { connection, channel, wantsMedia, onJoined } = this.#options;
    this.#asksMedia = wantsMedia();
    if (connection.status.peek() !== 'online') {
      // The join follows once the connection is open. Meanwhile, the browser can already be
      // queried.
      if (this.#asksMedia) void this.#device();
      return;
    }
    try {
      const device = this.#asksMedia ? await this.#device() : null;
      const { link } = connection;
      const joined = await joinOver(link, channel, device);
      if (!isLatest()) return;
      this.#retries = 0;
      this.#failure.value = null;
      await onJoined(joined, { device, link, isLatest });
    } catch (error) {
      if (isLatest()) this.#failed(error);
    }
  }

  /**
   * Joins over another link, while the join over the current one remains in force. When the result
   * is used, discard any join that is still in progress with {@link supersede}.
   */
  async joinOver(link: Link): Promise<{ joined: ViewerJoined; device: Device | null }> {
    const device = this.#asksMedia ? await this.#device() : null;
    return { joined: await joinOver(link, this.#options.channel, device), device };
  }

  /** Discards joins in progress, because another one has succeeded. */
  supersede(): void {
    clearTimeout(this.#timer);
    this.#attempt += 1;
    this.#retries = 0;
    this.#failure.value = null;
  }

  close(): void {
    this.#attempt += 1;
    clearTimeout(this.#timer);
  }

  async #device(): Promise<Device | null> {
    const { rtpCapabilities, onRefused } = this.#options;
    const device = rtpCapabilities && (await loadReceiver(rtpCapabilities).catch(() => null));
    if (!device) onRefused();
    return device;
  }

  #failed(error: unknown): void {
    const code = error instanceof RequestError ? error.code : null;
    if (code === 'channel_not_found') return this.#options.onGone();
    // After `offline`, the join is repeated on the next connection. After other errors, it is
    // retried, and the third and later failures are reported.
    if (code === 'offline') return;
    this.#retries += 1;
    if (this.#retries > 2)
      this.#failure.value = error instanceof Error ? error.message : String(error);
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (this.#retries - 1));
    this.#timer = setTimeout(() => void this.join(), waitMs);
  }
}

function joinOver(link: Link, channel: string, device: Device | null): Promise<ViewerJoined> {
  return link.request('viewer:join', {
    channel,
    ...(device ? { rtpCapabilities: device.recvRtpCapabilities as never } : {}),
  });
}
