import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { SampleKinds } from '../broadcast/ports/samples.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { AmfObject } from '../media/rtmp/amf0.js';
import {
  isAmfObject,
  readCommand,
  type RtmpCommand,
  writeCommand,
  writeMetadata,
} from '../media/rtmp/commands.js';
import { RtmpError } from '../media/rtmp/rtmp-error.js';
import { RtmpLink } from '../media/rtmp/rtmp-link.js';
import { CONTROL_STREAM, MEDIA_STREAM } from '../media/rtmp/rtmp-message.js';
import { type FlvMessage, FlvStream } from './flv-stream.js';
import type { Publication, SampleWriter, SendProgress } from './publication.js';
import { RestreamError } from './restream-problem.js';

/** The transaction ids of the commands whose answers matter. */
const CONNECT = 1;
const CREATE_STREAM = 4;
/** The version string by which servers recognize an encoder. */
const FLASH_VERSION = 'FMLE/3.0 (compatible; Onair)';

/** The codec numbers in FLV metadata (Adobe FLV 10.1, section E.5). */
const FLV_H264 = 7;
const FLV_AAC = 10;

type Options = Readonly<{
  /** A connected socket, which the publication then owns. */
  socket: Socket;
  /** The server's URL without the key. */
  url: string;
  key: string;
}>;

/** Publishes one stream to an RTMP server (RTMP 1.0, section 7.2). */
export class RtmpPublication implements Publication {
  readonly #emitter = new TypedEmitter<{ started: []; closed: [RestreamError] }>();
  readonly events = this.#emitter.listenable;
  readonly #options: Options;
  readonly #link: RtmpLink;
  #state: 'greeting' | 'connecting' | 'creating' | 'publishing' | 'started' | 'closed' = 'greeting';
  #streamId: number = MEDIA_STREAM;

  constructor(options: Options) {
    this.#options = options;
    const { socket } = options;
    this.#link = new RtmpLink({
      role: 'client',
      random: randomBytes,
      write: (bytes) => void socket.write(bytes),
    });
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => this.#closed());
    socket.on('close', () => this.#closed());
    this.#link.start();
  }

  get progress(): SendProgress {
    const { bytesWritten, writableLength } = this.#options.socket;
    return { written: bytesWritten, waiting: writableLength, dropped: 0 };
  }

  /**
   * Announces the tracks, and returns the writer for them. Without the announcement, receivers would
   * guess the tracks from the first seconds of media.
   */
  begin({ video, audio }: SampleKinds, backlogMs: () => number): SampleWriter {
    const metadata: AmfObject = {
      encoder: 'Onair',
      ...(video && { videocodecid: FLV_H264 }),
      ...(audio && { audiocodecid: FLV_AAC }),
    };
    if (this.#state === 'started') this.#link.send(writeMetadata(metadata, this.#streamId));
    return new FlvStream({ send: (message) => this.#send(message), backlogMs });
  }

  close(): void {
    if (this.#state === 'closed') return;
    const { socket } = this.#options;
    if (this.#state === 'started') {
      this.#command('FCUnpublish', 6, null, [this.#options.key]);
      this.#command('deleteStream', 7, null, [this.#streamId]);
    }
    this.#state = 'closed';
    this.#emitter.clear();
    // A server that doesn't read must not keep the socket open.
    if (socket.writableLength > 0) socket.destroySoon();
    else socket.end();
    setTimeout(() => socket.destroy(), 1_000).unref();
  }

  fail(error: RestreamError): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#options.socket.destroy();
    this.#emitter.emit('closed', error);
    this.#emitter.clear();
  }

  #send({ type, timeMs, payload }: FlvMessage): void {
    if (this.#state !== 'started') return;
    this.#link.send({ type, streamId: this.#streamId, timeMs: timeMs % 2 ** 32, payload });
  }

  #take(bytes: Uint8Array): void {
    if (this.#state === 'closed') return;
    try {
      const messages = this.#link.push(bytes);
      if (this.#state === 'greeting' && this.#link.isOpen) this.#connect();
      for (const message of messages) {
        const command = readCommand(message);
        if (command) this.#answer(command);
      }
    } catch (error) {
      if (!(error instanceof RtmpError)) throw error;
      this.fail(new RestreamError('not_rtmp'));
    }
  }

  #connect(): void {
    this.#state = 'connecting';
    this.#link.announce();
    const app = new URL(this.#options.url).pathname.slice(1);
    const tcUrl = this.#options.url;
    const object = { app, type: 'nonprivate', flashVer: FLASH_VERSION, swfUrl: tcUrl, tcUrl };
    this.#command('connect', CONNECT, object, []);
  }

  #answer({ name, transaction, object, args }: RtmpCommand): void {
    if (name === '_error' && transaction === CONNECT)
      return this.fail(new RestreamError('refused'));
    if (name === '_error' && transaction === CREATE_STREAM)
      return this.fail(new RestreamError('key_refused'));
    if (name === '_result' && transaction === CONNECT && this.#state === 'connecting')
      return this.#createStream();
    if (name === '_result' && transaction === CREATE_STREAM && this.#state === 'creating')
      return this.#publish(args[0]);
    if (name !== 'onStatus') return;
    const status = args.find(isAmfObject) ?? object;
    if (status?.level === 'error') this.fail(new RestreamError(this.#refusal));
    else if (status?.code === 'NetStream.Publish.Start' && this.#state === 'publishing') {
      this.#state = 'started';
      this.#emitter.emit('started');
    }
  }

  #createStream(): void {
    this.#state = 'creating';
    this.#command('releaseStream', 2, null, [this.#options.key]);
    this.#command('FCPublish', 3, null, [this.#options.key]);
    this.#command('createStream', CREATE_STREAM, null, []);
  }

  #publish(streamId: unknown): void {
    if (typeof streamId === 'number') this.#streamId = streamId;
    this.#state = 'publishing';
    const args = [this.#options.key, 'live'];
    this.#link.send(
      writeCommand({ name: 'publish', transaction: 5, object: null, args }, this.#streamId),
    );
  }

  #command(
    name: string,
    transaction: number,
    object: AmfObject | null,
    args: (string | number)[],
  ): void {
    this.#link.send(writeCommand({ name, transaction, object, args }, CONTROL_STREAM));
  }

  /**
   * What a closed connection means. Services refuse a key by closing the connection, often without
   * an error message.
   */
  get #refusal(): 'closed' | 'key_refused' | 'refused' | 'not_rtmp' {
    if (this.#state === 'started') return 'closed';
    if (this.#state === 'publishing' || this.#state === 'creating') return 'key_refused';
    return this.#state === 'connecting' ? 'refused' : 'not_rtmp';
  }

  #closed(): void {
    this.fail(new RestreamError(this.#refusal));
  }
}
