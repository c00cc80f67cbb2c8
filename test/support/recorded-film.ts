import { vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import { type FetchedSegment, fetchLiveSegments } from './fetched-playlist.js';
import type { Film } from './film-rtp.js';
import { api, type Person, registerWithChannel } from './people.js';
import { WeriftPublisher } from './werift-publisher.js';

const LIMIT = { timeout: 60_000, interval: 100 };

type Options = Readonly<{ film?: Film; editAnswer?: (sdp: string) => string }>;

/**
 * A channel to which a film is published over WHIP, and its recordings. Works with any Onair
 * server.
 */
export class RecordedFilm {
  readonly url: string;
  readonly channel: string;
  readonly owner: Person;
  readonly #key: string;
  readonly #options: Options;
  #publisher: WeriftPublisher | null = null;

  private constructor(
    url: string,
    { channel, owner, key, ...options }: Options & { channel: string; owner: Person; key: string },
  ) {
    this.url = url;
    this.channel = channel;
    this.owner = owner;
    this.#key = key;
    this.#options = options;
  }

  /** Registers the account and creates its channel; sends nothing yet. */
  static async of(url: string, channel: string, options: Options = {}): Promise<RecordedFilm> {
    const owner = await registerWithChannel(url, channel, 'A film');
    const path = `/channels/${channel}/stream-key`;
    const { streamKey: key } = await api<{ streamKey: string }>(url, owner, 'POST', path);
    return new RecordedFilm(url, { channel, owner, key, ...options });
  }

  /** Creates a channel with one short, finished recording. */
  static async finishedOf(url: string, channel: string): Promise<RecordingView> {
    const film = await RecordedFilm.of(url, channel);
    const id = await film.send();
    await film.recorded(id, 2_000);
    await film.end();
    return film.finished(id);
  }

  /**
   * Publishes this film or the default one, to this server or another node. Resolves with the
   * broadcast's id when it is live.
   */
  async send(
    film: Film = this.#options.film ?? { video: 'h264', audio: true },
    url: string = this.url,
  ): Promise<string> {
    const { channel } = this;
    const { editAnswer } = this.#options;
    const publisher = new WeriftPublisher({
      url,
      channel,
      key: this.#key,
      film,
      ...(editAnswer && { editAnswer }),
    });
    this.#publisher = publisher;
    const { status, text } = await publisher.publish();
    if (status !== 201) throw new Error(`WHIP: ${status} ${text}`);
    // Behind a proxy, the next request may reach a node that hasn't learned of the broadcast yet.
    const { id } = await vi.waitUntil(async () => {
      const broadcast = await this.#broadcast();
      return broadcast?.state === 'live' && broadcast;
    }, LIMIT);
    return id;
  }

  /** Stops sending without notifying the server. */
  async vanish(): Promise<void> {
    await this.#publisher?.vanish();
    this.#publisher = null;
  }

  /** Stops sending without notifying the server; resolves when the server has noticed. */
  async lose(): Promise<void> {
    await this.vanish();
    await vi.waitUntil(async () => (await this.#broadcast())?.state === 'interrupted', LIMIT);
  }

  /** Ends the broadcast as an encoder does when it exits. Resolves when the broadcast is over. */
  async end(): Promise<void> {
    await this.#publisher?.end();
    this.#publisher = null;
    await vi.waitUntil(async () => (await this.#broadcast()) === null, LIMIT);
  }

  recording(id: string): Promise<RecordingView> {
    return api<RecordingView>(this.url, this.owner, 'GET', `/recordings/${id}`);
  }

  /** Resolves when this much of the broadcast has been recorded. */
  async recorded(id: string, durationMs: number): Promise<void> {
    const there = async (): Promise<number> => {
      const { owner, url } = this;
      // The recording doesn't exist until the first segment has been recorded.
      const view = api<RecordingView>(url, owner, 'GET', `/recordings/${id}`);
      return view.then(
        (one) => one.durationMs,
        () => 0,
      );
    };
    await vi.waitUntil(async () => (await there()) >= durationMs, LIMIT);
  }

  /** Resolves with the recording when it is finished. */
  async finished(id: string): Promise<RecordingView> {
    await vi.waitUntil(async () => (await this.recording(id)).state === 'ready', LIMIT);
    return this.recording(id);
  }

  /** Returns the newest live segment, or undefined if none exists. */
  async newestLive(): Promise<FetchedSegment | undefined> {
    return (await fetchLiveSegments(this.url, this.channel)).at(-1);
  }

  /** Resolves with the newest segment when live playback has advanced by this many segments. */
  async advancesLive(segments: number): Promise<FetchedSegment> {
    const from = (await this.newestLive())?.msn ?? 0;
    const wanted = from + segments;
    return vi.waitUntil(async () => {
      const newest = await this.newestLive();
      return newest !== undefined && newest.msn >= wanted && newest;
    }, LIMIT);
  }

  async #broadcast() {
    const { broadcast } = await api<ChannelView>(
      this.url,
      null,
      'GET',
      `/channels/${this.channel}`,
    );
    return broadcast;
  }
}
