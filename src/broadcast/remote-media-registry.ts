import { Inject, Injectable } from '@nestjs/common';
import { BroadcastDirectory, type RemoteBroadcast } from './directory.js';
import { MEDIA, type MediaPort, type RemoteMedia, type RemotePlace } from './ports/media.js';

type Entry = Readonly<{ id: string; media: Promise<RemoteMedia> }>;

/** The media of broadcasts on other nodes that have viewers on this one. */
@Injectable()
export class RemoteMediaRegistry {
  /** By channel id. */
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly directory: BroadcastDirectory,
    @Inject(MEDIA) private readonly media: MediaPort,
  ) {
    directory.events.on('changed', (broadcast) => this.#changed(broadcast));
    directory.events.on('gone', ({ channelId }) => this.#close(channelId));
  }

  /**
   * Returns the media of a broadcast on another node, which is opened for its first viewer.
   * @throws {DomainError} `unavailable` if no media worker is running
   */
  open({ id, channelId }: RemoteBroadcast): Promise<RemoteMedia> {
    const known = this.#entries.get(channelId);
    if (known?.id === id) return known.media;
    this.#close(channelId);
    const media = this.media.openRemote(() => this.#locate(channelId, id));
    const entry = { id, media };
    this.#entries.set(channelId, entry);
    const forget = () => {
      if (this.#entries.get(channelId) === entry) this.#entries.delete(channelId);
    };
    media.then((opened) => opened.events.on('closed', forget), forget);
    return media;
  }

  #locate(channelId: string, id: string): RemotePlace | null {
    const broadcast = this.directory.find(channelId);
    return broadcast?.id === id ? broadcast : null;
  }

  #changed({ id, channelId }: RemoteBroadcast): void {
    const entry = this.#entries.get(channelId);
    if (entry?.id !== id) this.#close(channelId);
    else
      entry.media.then(
        (media) => media.moved(),
        () => undefined,
      );
  }

  #close(channelId: string): void {
    const entry = this.#entries.get(channelId);
    this.#entries.delete(channelId);
    entry?.media.then(
      (media) => media.close(),
      () => undefined,
    );
  }
}
