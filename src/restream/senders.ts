import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { WatchedMedia } from '../broadcast/ports/media.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { restreamProtocol } from '../protocol/restream-protocol.js';
import { Secrets } from '../secrets/secrets.js';
import { RestreamDialer } from './restream-dialer.js';
import type { SealedTarget } from './restream.repository.js';
import { RtmpPublication } from './rtmp-publication.js';
import { SrtPublisher } from './srt/srt-publisher.js';
import { type PlainKeys, unsealKeys } from './target-keys.js';
import { TargetSender } from './target-sender.js';
import { RelayThread } from './whip/relay-thread.js';
import { WhipEndpoint } from './whip/whip-endpoint.js';
import { WhipPublication, type WhipPublicationOptions } from './whip/whip-publication.js';
import { WhipSender } from './whip/whip-sender.js';

/** How long a stop of this server waits for WHIP servers to end their sessions. */
const ENDING_MS = 1_000;

/** Sends one broadcast to one target until it is closed. */
export type Sender = Pick<TargetSender, 'status' | 'close'>;

type Target = Readonly<{ url: string; keys: PlainKeys }>;

/** Creates the senders for targets, by their protocol. */
@Injectable()
export class Senders {
  /** Requests that end sessions, each of which takes a few seconds at most. */
  readonly #ending = new Set<Promise<void>>();
  readonly #log: Log;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly dialer: RestreamDialer,
    private readonly srt: SrtPublisher,
    private readonly relays: RelayThread,
    private readonly secrets: Secrets,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'restreams' });
  }

  /** Starts to send a broadcast to a target; returns null if its keys can't be read. */
  start(broadcast: LiveBroadcast, target: SealedTarget): Sender | null {
    const log = this.#log.child({ broadcastId: broadcast.id, targetId: target.id });
    const keys = unsealKeys(this.secrets, target);
    if (keys === null) {
      log.error('a stream key can’t be read: SECRET_KEY or secret.key has changed');
      return null;
    }
    const { url } = target;
    const protocol = restreamProtocol(url);
    const common = { host: new URL(url).host, clock: this.clock, random: Math.random, log };
    if (protocol === 'whip') {
      const publish = this.#overWhip({ url, keys });
      return new WhipSender({ ...common, broadcast, publish });
    }
    const publish =
      protocol === 'srt' ? this.#overSrt({ url, keys }) : this.#overRtmp({ url, keys });
    return new TargetSender({ ...common, source: broadcast.samples, publish });
  }

  /** Waits for the requests that end sessions, and closes the relays. */
  async close(): Promise<void> {
    // Otherwise, their servers would refuse new sessions for some time.
    const limit = wait(ENDING_MS, undefined, { ref: false });
    await Promise.race([Promise.all(this.#ending), limit]);
    this.relays.close();
  }

  #overRtmp({ url, keys: { key } }: Target) {
    return async (signal: AbortSignal) =>
      new RtmpPublication({ socket: await this.dialer.dial(url, signal), url, key });
  }

  #overSrt({ url, keys: { key: streamId, passphrase } }: Target) {
    return (signal: AbortSignal) => this.srt.publish({ url, streamId, passphrase }, signal);
  }

  #overWhip({ url, keys: { key: token } }: Target) {
    const { dialer, clock, relays } = this;
    const dial: RestreamDialer['dial'] = (to, signal) => dialer.dial(to, signal);
    const endpoint = this.#endpoint(new WhipEndpoint({ url, token, dial }));
    const isAllowed: WhipPublicationOptions['isAllowed'] = (at) => dialer.isAllowed(at);
    return (media: WatchedMedia) =>
      new WhipPublication({ media, endpoint, relays, isAllowed, sessionId: clock.nowMs() });
  }

  /** Returns an endpoint whose requests to end sessions are remembered until they are done. */
  #endpoint(endpoint: WhipEndpoint): WhipPublicationOptions['endpoint'] {
    return {
      publish: (offer, stopped) => endpoint.publish(offer, stopped),
      end: async (session) => {
        const ending = endpoint.end(session);
        this.#ending.add(ending);
        await ending;
        this.#ending.delete(ending);
      },
    };
  }
}
