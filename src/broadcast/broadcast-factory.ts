import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import type { Visibility } from '../protocol/access.js';
import type { BroadcastSource } from '../protocol/broadcast.js';
import { Secrets } from '../secrets/secrets.js';
import { BroadcastJournal } from './broadcast-journal.js';
import { LiveBroadcast, type MovedPublisher } from './live-broadcast.js';
import { MEDIA, type MediaPort } from './ports/media.js';
import { PACKAGING, type PackagingPort } from './ports/packaging.js';
import type { RunningBroadcast } from './running.repository.js';

/** Creates the broadcasts that run on this node. */
@Injectable()
export class BroadcastFactory {
  constructor(
    private readonly journal: BroadcastJournal,
    private readonly secrets: Secrets,
    @Inject(MEDIA) private readonly media: MediaPort,
    @Inject(PACKAGING) private readonly packaging: PackagingPort,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Creates a new broadcast. */
  create(
    channel: Readonly<{ name: string; title: string }>,
    about: Readonly<{ source: BroadcastSource; visibility: Visibility }>,
  ): LiveBroadcast {
    const { name: channelName, title } = channel;
    return this.#make({ id: randomUUID(), epoch: 1, channelName, title, ...about });
  }

  /** Returns the token by which the publisher of a broadcast is recognized. */
  resumeTokenOf(broadcastId: string): string {
    return uuidOf(this.secrets.sign('resume-token', broadcastId));
  }

  /**
   * Continues a broadcast that ran on another node. The broadcast has a publisher at first only if
   * the publisher moved here before it.
   */
  continue(
    stored: RunningBroadcast,
    epoch: number,
    moved: MovedPublisher | null = null,
  ): LiveBroadcast {
    const { id, channel: channelName, title, visibility, source, state } = stored;
    const { startedAt, peakViewers } = stored;
    const wasLive = state !== 'starting';
    return this.#make({
      id,
      epoch,
      channelName,
      title,
      visibility,
      source,
      continued: { startedAtMs: startedAt.getTime(), peakViewers, wasLive, moved },
    });
  }

  #make(
    about: Pick<
      ConstructorParameters<typeof LiveBroadcast>[0],
      'id' | 'epoch' | 'channelName' | 'title' | 'visibility' | 'source' | 'continued'
    >,
  ): LiveBroadcast {
    const { media, packaging, clock, log } = this;
    const broadcast: LiveBroadcast = new LiveBroadcast({
      ...about,
      resumeToken: this.resumeTokenOf(about.id),
      media,
      packaging,
      clock,
      log,
      graceMs: this.config.broadcast.graceMs,
      ...(this.config.node.url !== null && { mayEnd: () => this.journal.mayEnd(broadcast) }),
    });
    return broadcast;
  }
}

/** Shortens a signature to a version 8 UUID (RFC 9562). */
function uuidOf(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url').subarray(0, 16);
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
