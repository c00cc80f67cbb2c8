import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ProgramMedia } from '../../broadcast/ports/media.js';
import type { KeyedAccess } from '../../channels/stream-key/stream-key.service.js';
import { DomainError } from '../../common/domain-error.js';
import type { Log } from '../../common/logger.js';
import { readAudioTag } from '../../media/flv/audio-tag.js';
import { readVideoTag } from '../../media/flv/video-tag.js';
import { RtmpError } from '../../media/rtmp/rtmp-error.js';
import { MESSAGE, type RtmpMessage } from '../../media/rtmp/rtmp-message.js';
import { TimestampUnwrapper } from '../../media/rtp/timestamp-unwrapper.js';
import { LastHeard } from '../last-heard.js';
import { ProgramIngest } from '../program-ingest.js';
import type { Published } from '../program-connections.js';
import { ProgramPeer } from '../program-peer.js';
import { UnusableMedia } from '../unusable-media.js';
import { RtmpSession } from './rtmp-session.js';
import type { StreamPath } from './stream-path.js';

/** The time limit from the connection to the publish request. */
const OPENING_MS = 10_000;
/** The time limit without media. */
const SILENCE_MS = 15_000;
const CHECK_MS = 1_000;
/** The maximum size of the answers that the client hasn't read, in bytes. */
const UNREAD_MAX = 65_536;
/** The time that the client has to read the last answer. */
const LINGER_MS = 1_000;

type Options = Readonly<{
  socket: Socket;
  /**
   * Checks the stream key.
   * @throws {DomainError}
   */
  authorize: (path: StreamPath) => Promise<KeyedAccess>;
  /**
   * Starts a broadcast or resumes one.
   * @throws {DomainError}
   */
  publish: (access: KeyedAccess, peer: ProgramPeer) => Promise<Published>;
  /** Creates the consumer of the publisher's media. */
  createIngest: (media: ProgramMedia, log: Log) => ProgramIngest;
  /** Called once. */
  onClosed: () => void;
  log: Log;
}>;

/** One publisher's RTMP connection, from its socket to its broadcast. */
export class RtmpConnection {
  readonly peer = new ProgramPeer(() =>
    this.end('The broadcast ended, or another encoder took over.'),
  );
  readonly #options: Options;
  readonly #session: RtmpSession;
  readonly #timer: NodeJS.Timeout;
  readonly #openedMs = performance.now();
  #log: Log;
  #access: KeyedAccess | null = null;
  #published: Published | null = null;
  #ingest: ProgramIngest | null = null;
  readonly #heard = new LastHeard();
  readonly #unwrapper = new TimestampUnwrapper();
  #mediaMs = performance.now();
  #isEnding = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#log = options.log;
    const { socket } = options;
    this.#session = new RtmpSession({
      random: randomBytes,
      write: (bytes) => this.#write(bytes),
      onPublish: (path) => void this.#publish(path),
      onMedia: (message) => this.#take(message),
      onMetadata: (values) => this.#ingest?.metadata(values),
      onStopped: () => this.#stopped(),
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    // An error is followed by `close`.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#onClosed());
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
  }

  /** The channel and key with which it publishes; null until they are known. */
  get access(): KeyedAccess | null {
    return this.#access;
  }

  get isPublishing(): boolean {
    return this.#published !== null && !this.#isEnding;
  }

  /** See {@link LastHeard}. */
  isStale(): Promise<boolean> {
    return this.#heard.isStale();
  }

  /** Tells the client the reason, and closes the connection. Idempotent. */
  end(reason: string): void {
    if (this.#isEnding) return;
    this.#session.refuse('Failed', reason);
    this.#close();
  }

  #receive(bytes: Buffer): void {
    this.#heard.note();
    if (this.#isEnding) return;
    try {
      this.#session.push(bytes);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof UnusableMedia) {
      this.#log.warn(error.message);
      return this.end(error.message);
    }
    if (error instanceof RtmpError)
      this.#log.info({ reason: error.message }, 'closed an RTMP connection');
    else this.#log.error({ err: error }, 'an RTMP connection failed');
    this.#close();
  }

  async #publish(path: StreamPath): Promise<void> {
    try {
      const access = await this.#options.authorize(path);
      this.#access = access;
      this.#log = this.#options.log.child({ channel: access.channel.name });
      const published = await this.#options.publish(access, this.peer);
      this.#begin(published);
    } catch (error) {
      if (this.#closed) return;
      if (!(error instanceof DomainError)) return this.#failed(error);
      this.#log.info({ code: error.code }, 'refused an encoder over RTMP');
      const code = error.code === 'not_logged_in' ? 'Denied' : 'BadName';
      this.#session.refuse(code, error.message);
      this.#close();
    }
  }

  #begin(published: Published): void {
    const { media } = published;
    this.#published = published;
    this.#mediaMs = performance.now();
    // This happens when the broadcast has ended, another publisher has taken over, or the media
    // worker has died.
    media.events.on('closed', () => this.end('The server stopped receiving. Connect again.'));
    if (this.#closed || this.#isEnding || media.closed) return this.#release();
    this.#ingest = this.#options.createIngest(media, this.#log);
    this.#session.accept();
  }

  #take({ type, payload, timeMs: rawMs }: RtmpMessage): void {
    this.#mediaMs = performance.now();
    const timeMs = this.#unwrapper.unwrap(rawMs);
    if (type === MESSAGE.video) this.#ingest?.video(readVideoTag(payload), timeMs);
    else this.#ingest?.audio(readAudioTag(payload), timeMs);
  }

  /** Ends the broadcast, because the publisher stopped on purpose. */
  #stopped(): void {
    const { broadcast } = this.#published ?? {};
    if (broadcast?.publisherPeerId === this.peer.id) broadcast.end('publisher_ended');
    this.#close();
  }

  #check(): void {
    const nowMs = performance.now();
    if (this.#published === null) {
      if (nowMs - this.#openedMs > OPENING_MS) this.#close();
    } else if (nowMs - this.#mediaMs > SILENCE_MS)
      this.end('No media arrived for 15 seconds. Connect again.');
  }

  #write(bytes: Uint8Array): void {
    const { socket } = this.#options;
    if (socket.destroyed || !socket.writable) return;
    socket.write(bytes);
    if (socket.writableLength > UNREAD_MAX) socket.destroy();
  }

  /** Closes the connection after the client has had time to read the last answer. */
  #close(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#release();
    const { socket } = this.#options;
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }

  #release(): void {
    this.peer.disconnect();
    this.#published?.media.close();
  }

  #onClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#isEnding = true;
    clearInterval(this.#timer);
    this.#release();
    this.#options.onClosed();
  }
}
