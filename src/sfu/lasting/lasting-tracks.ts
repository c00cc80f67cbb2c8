import type { types } from 'mediasoup';
import type { TappedTrack } from '../../broadcast/ports/media.js';
import type { Log } from '../../common/logger.js';
import type { MediaKind } from '../../protocol/rtc.js';
import { LastingTrack } from './lasting-track.js';
import type { RouterTap } from '../router-tap.js';
import { keyFrameRequests } from './rtcp.js';

type Options = Readonly<{
  router: types.Router;
  /** Taps the publisher's tracks, including later ones. */
  tap: RouterTap;
  transport: types.DirectTransport;
  /** Returns a tapped track's producer, if the producer still exists. */
  originalOf: (track: TappedTrack) => types.Producer | undefined;
  /** Called for each track that becomes available after the initial ones. */
  onProducer: (producer: types.Producer) => void;
  log: Log;
}>;

/**
 * A broadcast's tracks for viewers with fixed session descriptions: one {@link LastingTrack} of
 * each kind.
 */
export class LastingTracks {
  readonly #options: Options;
  readonly #tracks = new Map<MediaKind, LastingTrack>();
  readonly #replacing = new Set<Promise<void>>();
  #isOpen = false;

  private constructor(options: Options) {
    this.#options = options;
    const { tap, transport } = options;
    tap.events.on('trackAdded', (track) => {
      // An existing track of this kind is continued immediately, because the first packets contain
      // a key frame.
      const known = this.#tracks.get(track.kind);
      if (known?.takes(track)) known.follow(track);
      else void this.#replace(track);
    });
    transport.on('rtcp', (packet) => this.#received(packet));
  }

  /** @param producers the initial producers */
  static async create(
    options: Options,
    producers: readonly types.Producer[],
  ): Promise<LastingTracks> {
    const lasting = new LastingTracks(options);
    const { tap } = options;
    for (const producer of producers) await tap.add(producer);
    await Promise.all(lasting.#replacing);
    lasting.#isOpen = true;
    return lasting;
  }

  get producers(): types.Producer[] {
    return [...this.#tracks.values()].map(({ producer }) => producer);
  }

  /** Adds a track of the publisher, or continues an existing track with it. */
  async add(producer: types.Producer): Promise<void> {
    await this.#options.tap.add(producer);
    await Promise.all(this.#replacing);
  }

  close(): void {
    this.#options.tap.close();
    this.#options.transport.close();
  }

  #replace(track: TappedTrack): Promise<void> {
    const replacing = this.#make(track).catch((err: unknown) => {
      // If the transport is closed, the broadcast has ended in the meantime or its worker has died.
      if (!this.#options.transport.closed)
        this.#options.log.error({ err }, 'a track could not be passed on to WHEP players');
    });
    this.#replacing.add(replacing);
    return replacing.finally(() => this.#replacing.delete(replacing));
  }

  async #make(source: TappedTrack): Promise<void> {
    const { originalOf, onProducer } = this.#options;
    const original = originalOf(source);
    if (!original) return;
    const track = await LastingTrack.create(this.#options, source, original);
    this.#tracks.get(source.kind)?.close();
    this.#tracks.set(source.kind, track);
    track.follow(source);
    // Earlier packets were lost, so the track must start with a new key frame.
    source.requestKeyFrame();
    if (this.#isOpen) onProducer(track.producer);
  }

  #received(rtcp: Buffer): void {
    for (const ssrc of keyFrameRequests(rtcp))
      for (const track of this.#tracks.values()) if (track.has(ssrc)) track.requestKeyFrame();
  }
}
