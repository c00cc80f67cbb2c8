import type { KeyedAccess } from '../../channels/stream-key/stream-key.service.js';
import { DomainError } from '../../common/domain-error.js';
import type { Log } from '../../common/logger.js';
import type { ProgramMedia } from '../../broadcast/ports/media.js';
import type { SrtStatistics } from '../../srt/srt-messages.js';
import { LastHeard } from '../last-heard.js';
import type { Published } from '../program-connections.js';
import type { ProgramIngest } from '../program-ingest.js';
import { ProgramPeer } from '../program-peer.js';
import { UnusableMedia } from '../unusable-media.js';
import { LossMeter } from './loss-meter.js';
import { TsProgram } from './ts-program.js';

/** The time limit without media. */
const SILENCE_MS = 15_000;
const CHECK_MS = 1_000;
/**
 * The maximum number of bytes held until the broadcast accepts media; several seconds at 8 Mbit/s.
 */
const HELD_MAX = 4 * 1_048_576;
/**
 * libsrt reports a lost connection after five seconds without a packet. If a connection ends sooner
 * after the last data than this, the encoder closed it.
 */
const GOODBYE_MS = 2_000;

/** The time without data after which a connection may be lost. */
const ARRIVING_MS = 1_000;

type Options = Readonly<{
  access: KeyedAccess;
  /**
   * Starts a broadcast or resumes one.
   * @throws {DomainError}
   */
  publish: (access: KeyedAccess, peer: ProgramPeer) => Promise<Published>;
  /** Creates the consumer of the publisher's media. */
  createIngest: (media: ProgramMedia, log: Log) => ProgramIngest;
  /** Closes the connection. */
  disconnect: () => void;
  /** Called once. */
  onClosed: () => void;
  log: Log;
}>;

/** One publisher's SRT connection, from its admission to its broadcast. */
export class SrtConnection {
  readonly peer = new ProgramPeer(() =>
    this.end('The broadcast ended, or another encoder took over.'),
  );
  readonly access: KeyedAccess;
  readonly #options: Options;
  readonly #log: Log;
  readonly #heard = new LastHeard();
  readonly #media = new LastHeard();
  readonly #loss = new LossMeter();
  readonly #timer: NodeJS.Timeout;
  #published: Published | null = null;
  #program: TsProgram | null = null;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isEnding = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.access = options.access;
    this.#log = options.log.child({ channel: options.access.channel.name });
    this.#timer = setInterval(() => {
      if (this.#media.silentMs > SILENCE_MS) this.end('No media arrived for 15 seconds.');
    }, CHECK_MS);
  }

  get isPublishing(): boolean {
    return this.#published !== null && !this.#isEnding;
  }

  /** Whether a broadcast's media is arriving at this moment. */
  get isArriving(): boolean {
    return this.isPublishing && this.#heard.silentMs < ARRIVING_MS;
  }

  /** See {@link LastHeard}. */
  isStale(): Promise<boolean> {
    return this.#heard.isStale();
  }

  /** Starts publishing, because the encoder is now connected. */
  connected(): void {
    if (this.#isEnding) return this.#options.disconnect();
    this.#publish().catch((error: unknown) => this.#failed(error));
  }

  /** Adds received bytes. */
  receive(data: Uint8Array): void {
    this.#heard.note();
    if (this.#isEnding) return;
    if (!this.#program) return this.#hold(data);
    try {
      if (this.#program.push(data) > 0) this.#media.note();
    } catch (error) {
      this.#failed(error);
    }
  }

  measured(statistics: SrtStatistics): void {
    const lossPercent = this.#loss.push(statistics);
    this.#published?.media.setPath({ roundTripMs: statistics.roundTripMs, lossPercent });
  }

  /**
   * Handles the end of the connection.
   * @param silentMs how long nothing had arrived before the end
   */
  disconnected(silentMs: number): void {
    const { broadcast } = this.#published ?? {};
    const isGoodbye = !this.#isEnding && silentMs < GOODBYE_MS;
    this.#isEnding = true;
    if (isGoodbye && broadcast?.publisherPeerId === this.peer.id) broadcast.end('publisher_ended');
    this.lost();
  }

  /** Handles the loss of the connection. Idempotent. */
  lost(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#isEnding = true;
    clearInterval(this.#timer);
    this.#release();
    this.#options.onClosed();
  }

  /** Closes the connection. SRT can't tell the encoder the reason, so it is logged. Idempotent. */
  end(reason: string): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#log.info({ reason }, 'disconnected an encoder over SRT');
    this.#release();
    this.#options.disconnect();
  }

  async #publish(): Promise<void> {
    const published = await this.#options.publish(this.access, this.peer);
    const { media } = published;
    this.#published = published;
    // This happens when the broadcast has ended, another publisher has taken over, or the media
    // worker has died.
    media.events.on('closed', () => this.end('The server stopped receiving.'));
    if (this.#isEnding || media.closed) return this.#release();
    this.#program = new TsProgram(this.#options.createIngest(media, this.#log));
    this.#media.note();
    const held = this.#held;
    this.#held = [];
    for (const data of held) this.receive(data);
  }

  /**
   * Holds data that arrives before the broadcast accepts it. Beyond the limit, all held data is
   * dropped.
   */
  #hold(data: Uint8Array): void {
    if (this.#heldBytes + data.length > HELD_MAX) {
      this.#held = [];
      this.#heldBytes = 0;
    }
    this.#held.push(data);
    this.#heldBytes += data.length;
  }

  #failed(error: unknown): void {
    if (error instanceof UnusableMedia || error instanceof DomainError)
      return this.end(error.message);
    this.#log.error({ err: error }, 'an SRT connection failed');
    this.end('The server failed.');
  }

  #release(): void {
    this.peer.disconnect();
    this.#held = [];
    this.#program = null;
    this.#published?.media.close();
  }
}
