import type { Socket } from 'node:net';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
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
import { ProgramConnections, type Published } from '../program-connections.js';
import { ProgramIngest } from '../program-ingest.js';
import type { ProgramPeer } from '../program-peer.js';
import { RtmpConnection } from './rtmp-connection.js';
import { CertificateError, type CertificateFiles, listen, type Listener } from './rtmp-listener.js';

/** The maximum number of connections per address. */
const CONNECTIONS_PER_ADDRESS_MAX = 20;
/**
 * The interval at which the certificate's files are read again, because certificates are renewed.
 */
const RENEWAL_INTERVAL_MS = 3_600_000;

/** Accepts publishers over RTMP and RTMPS. */
@Injectable()
export class RtmpService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #connections: ProgramConnections<RtmpConnection>;
  readonly #listeners: Listener[] = [];
  readonly #perAddress: AddressCounts;
  readonly #log: Log;
  #ffmpeg: string | null = null;
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
    this.#connections = new ProgramConnections({
      source: 'rtmp',
      keys,
      takeOver,
      drain,
      log: this.#log,
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    const { port, tls } = this.config.rtmp;
    if (port === 0 && tls === null) return;
    this.#ffmpeg = await findOpusTranscoder(this.config.hls.ffmpegBin, this.#log);
    if (port !== 0) await this.#listen(port, null);
    if (tls !== null) await this.#listen(tls.port, tls);
    this.#connections.watch();
    if (tls !== null)
      this.#renewal = setInterval(() => void this.#renewCertificate(tls), RENEWAL_INTERVAL_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#renewal);
    for (const listener of this.#listeners) listener.close();
    this.#connections.close();
  }

  /** Listens on a port. If the port or certificate can't be used, the service starts without it. */
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
}

const certificateAdvice = ({ certFile, keyFile }: CertificateFiles): string =>
  `Check that RTMPS_CERT_FILE (${certFile}) is a certificate, that RTMPS_KEY_FILE (${keyFile}) is its ` +
  'key, both in PEM, and that Onair can read them';
