import { Inject, Injectable } from '@nestjs/common';
import type { ChannelAccess } from '../access/access-policy.js';
import { AccessService } from '../access/access.service.js';
import { MediaTokens } from '../access/media-tokens.js';
import type { Visitor } from '../access/visitor.js';
import { CONFIG, type Config } from '../config/config.js';
import { HLS_SOURCE, type HlsSource } from '../hls/delivery/hls-source.js';
import type { Run } from '../hls/run/run.js';
import type { Sharing } from '../protocol/sharing.js';
import { Secrets } from '../secrets/secrets.js';
import { SharingSettingsService } from './sharing-settings.service.js';
import { infoHashOf, swarmIdOf } from './swarm-ids.js';

/**
 * The caller of the tracker, as identified by the path. The token is null for an unprotected
 * channel.
 */
export type TrackerCaller = Readonly<{ channel: string; token: string | null }>;

/** Tells viewers which swarms they can join, and determines these swarms for the tracker. */
@Injectable()
export class SharingService {
  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly settings: SharingSettingsService,
    private readonly access: AccessService,
    private readonly tokens: MediaTokens,
    private readonly secrets: Secrets,
    @Inject(HLS_SOURCE) private readonly source: HlsSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Resolves with everything that a visitor who can watch needs for sharing. */
  async view(access: ChannelAccess, visitor: Visitor): Promise<Sharing> {
    const settings = await this.settings.of(access.id);
    if (!settings.enabled) return { settings, tracker: null, swarms: [], iceServers: [] };
    const { stunUrls } = this.config.rtc;
    const swarms = this.#runsOf(access).map(({ id }) => ({
      run: id,
      swarm: swarmIdOf(this.secrets, access, id),
    }));
    return {
      settings,
      tracker: this.tokens.folder(`/p2p/${access.name}`, access, visitor),
      swarms,
      // TURN isn't used, because it would carry the media twice, so fetching from this server is
      // cheaper.
      iceServers: stunUrls.length > 0 ? [{ urls: [...stunUrls] }] : [],
    };
  }

  /**
   * Resolves with the info hashes of the swarms that a caller can currently join; null if the
   * caller can't watch, or if sharing is off in the channel.
   */
  async swarmsOpenTo({ channel, token }: TrackerCaller): Promise<ReadonlySet<string> | null> {
    const access = await this.access.find(channel);
    if (access === null || this.tokens.check(access, token) === 'nobody') return null;
    const { enabled } = await this.settings.of(access.id);
    return enabled ? this.#infoHashes(access) : null;
  }

  #infoHashes(access: ChannelAccess): ReadonlySet<string> {
    const hashes = this.#runsOf(access).flatMap(({ id, renditions }) => {
      const swarm = swarmIdOf(this.secrets, access, id);
      return [...renditions.keys()].map((rendition) => infoHashOf(swarm, rendition));
    });
    return new Set(hashes);
  }

  /** Returns the runs that can be played on this node, newest first. */
  #runsOf({ name }: ChannelAccess): readonly Run[] {
    const { run = null, earlier = [] } = this.source.find(name) ?? {};
    return run === null ? earlier : [run, ...earlier];
  }
}
