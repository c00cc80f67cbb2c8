import type { Socket } from 'node:net';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { LiveBroadcast } from '../../broadcast/live-broadcast.js';
import { PublishingService } from '../../broadcast/publishing.service.js';
import { TakeOver } from '../../broadcast/take-over.js';
import {
  type KeyedAccess,
  StreamKeyService,
} from '../../channels/stream-key/stream-key.service.js';
import { NodeDrain } from '../../cluster/node-drain.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { LOG, type Log } from '../../common/logger.js';
import { CONFIG, type Config } from '../../config/config.js';
import { findOpusTranscoder } from '../../media/ffmpeg/find-ffmpeg.js';
import { AddressCounts } from '../../security/address-limits.js';
import { ProgramIngest } from '../program-ingest.js';
import type { ProgramPeer } from '../program-peer.js';
import { type Published, RtmpConnection } from './rtmp-connection.js';
import { CertificateError, type CertificateFiles, listen, type Listener } from './rtmp-listener.js';

/** The maximum number of connections per address. */
const CONNECTIONS_PER_ADDRESS_MAX = 20;
/** The interval at which publishers' permissions are checked. */
const CHECK_INTERVAL_MS = 5_000;
/** The interval at which the certificate's files are read again, since certificates are renewed. */
const RENEWAL_INTERVAL_MS = 3_600_000;

/** Accepts programs that publish over RTMP and RTMPS. */
@Injectable()
export class RtmpService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #connections = new Set<RtmpConnection>();
  readonly #listeners: Listener[] = [];
  readonly #perAddress: AddressCounts;
  readonly #log: Log;
  #ffmpeg: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #renewal: NodeJS.Timeout | undefined;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly keys: StreamKeyService,
    private readonly publishing: PublishingService,
    takeOver: TakeOver,
    drain: NodeDrain,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'rtmp' });
    const { addressLimitFactor } = config.http;
    this.#perAddress = new AddressCounts(
      Math.ceil(CONNECTIONS_PER_ADDRESS_MAX * addressLimitFactor),
    );
    takeOver.setRule('rtmp', (broadcast) => this.#isStale(broadcast));
    drain.waitFor(() => [...this.#connections].filter((one) => one.isPublishing).length);
    // The encoder connects again, and then reaches another node.
    drain.events.on('ended', () => this.#disconnect(() => true, 'The server is restarting.'));
    keys.events.on('changed', (channelId) =>
      this.#disconnect(
        ({ access }) => access?.channel.id === channelId,
        'The stream key was changed. Copy the new one from the channel’s studio page.',
      ),
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    const { port, tls } = this.config.rtmp;
    if (port === 0 && tls === null) return;
    this.#ffmpeg = await findOpusTranscoder(this.config.hls.ffmpegBin, this.#log);
    if (port !== 0) await this.#listen(port, null);
    if (tls !== null) await this.#listen(tls.port, tls);
    this.#timer = setInterval(() => {
      this.#check().catch((err: unknown) =>
        // Permissions stay as they were until the database is available again.
        this.#log.warn({ err }, 'RTMP publishers could not be checked'),
      );
    }, CHECK_INTERVAL_MS);
    if (tls !== null)
      this.#renewal = setInterval(() => void this.#renewCertificate(tls), RENEWAL_INTERVAL_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer);
    clearInterval(this.#renewal);
    for (const listener of this.#listeners) listener.close();
    this.#disconnect(() => true, 'The server is stopping.');
  }

  /** A port or certificate that can't be used doesn't keep the service from starting. */
  async #listen(port: number, certificate: CertificateFiles | null): Promise<void> {
    const protocol = certificate ? 'RTMPS' : 'RTMP';
    try {
      this.#listeners.push(await listen(port, certificate, (socket) => this.#accept(socket)));
      this.#log.info({ port }, `${protocol} is ready`);
    } catch (err) {
      const advice =
        certificate && err instanceof CertificateError
          ? `Encoders can't publish over RTMPS. ${certificateAdvice(certificate)}, then restart.`
          : `Encoders can't publish over ${protocol}. Stop the program that uses port ${port}, or ` +
            `choose another with ${protocol}_PORT (0 turns ${protocol} off).`;
      this.#log.warn({ err, port }, advice);
    }
  }

  async #renewCertificate(certificate: CertificateFiles): Promise<void> {
    for (const listener of this.#listeners)
      try {
        if (await listener.renew()) this.#log.info('RTMPS uses the renewed certificate');
      } catch (err) {
        const advice = `RTMPS keeps its previous certificate. ${certificateAdvice(certificate)}.`;
        this.#log.warn({ err }, advice);
      }
  }

  #accept(socket: Socket): void {
    const { remoteAddress } = socket;
    const leave = remoteAddress === undefined ? null : this.#perAddress.enter(remoteAddress);
    if (leave === null) {
      socket.destroy();
      return;
    }
    const connection = new RtmpConnection({
      socket,
      authorize: ({ channel, key }) => this.keys.channelOfKey(key, channel),
      publish: (access, peer) => this.#publish(access, peer),
      createIngest: (media, log) =>
        new ProgramIngest({ media, ffmpeg: this.#ffmpeg, clock: this.clock, log }),
      onClosed: () => {
        leave();
        this.#connections.delete(connection);
        this.publishing.disconnected(connection.peer.id);
      },
      log: this.#log,
    });
    this.#connections.add(connection);
  }

  #publish({ channel }: KeyedAccess, peer: ProgramPeer): Promise<Published> {
    return this.publishing.publishProgram(channel, { peer, source: 'rtmp' });
  }

  /**
   * Whether the current publisher is an RTMP connection from which nothing arrives. This is the case
   * when an encoder lost its connection and reconnects before the loss is noticed.
   */
  async #isStale({ publisherPeerId }: LiveBroadcast): Promise<boolean> {
    const current = [...this.#connections].find(({ peer }) => peer.id === publisherPeerId);
    return current !== undefined && (await current.isStale());
  }

  /** Disconnects publishers whose owner was disabled, or whose key has been changed. */
  async #check(): Promise<void> {
    const byChannel = Map.groupBy(this.#connections, ({ access }) => access?.channel.name ?? null);
    for (const [name, present] of byChannel) {
      if (name === null) continue;
      const keyId = await this.keys.keyInForce(name);
      this.#disconnect(
        (one) => present.includes(one) && one.access?.keyId !== keyId,
        'The stream key is no longer valid.',
      );
    }
  }

  #disconnect(which: (connection: RtmpConnection) => boolean, reason: string): void {
    for (const connection of this.#connections) if (which(connection)) connection.end(reason);
  }
}

const certificateAdvice = ({ certFile, keyFile }: CertificateFiles): string =>
  `Check that RTMPS_CERT_FILE (${certFile}) is a certificate, that RTMPS_KEY_FILE (${keyFile}) is its ` +
  'key, both in PEM, and that Onair can read them';
