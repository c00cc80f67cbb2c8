import type { AmfValue } from '../../media/rtmp/amf0.js';
import {
  isAmfObject,
  readCommand,
  readData,
  type RtmpCommand,
  writeCommand,
} from '../../media/rtmp/commands.js';
import type { RandomBytes } from '../../media/rtmp/handshake.js';
import { RtmpError } from '../../media/rtmp/rtmp-error.js';
import { RtmpLink } from '../../media/rtmp/rtmp-link.js';
import {
  CONTROL_STREAM,
  MEDIA_STREAM,
  MESSAGE,
  type RtmpMessage,
} from '../../media/rtmp/rtmp-message.js';
import { readStreamPath, type StreamPath } from './stream-path.js';

/** The maximum size of a media message, in bytes; more than a 4K key frame at a high bit rate. */
const MEDIA_MESSAGE_MAX = 10 * 1_048_576;
/** Servers usually send these values, and some encoders expect them. */
const SERVER = { fmsVer: 'FMS/3,0,1,123', capabilities: 31 };

type Options = Readonly<{
  random: RandomBytes;
  write: (bytes: Uint8Array) => void;
  /** Called once, when the client requests to publish. Must be answered with accept or refuse. */
  onPublish: (path: StreamPath) => void;
  /** Called for each audio, video and metadata message after {@link RtmpSession.accept}. */
  onMedia: (message: RtmpMessage) => void;
  onMetadata: (values: Readonly<Record<string, AmfValue>>) => void;
  /** Called when the client stops publishing. */
  onStopped: () => void;
}>;

/**
 * The server's side of one RTMP connection, without its socket. Answers the publishing client's
 * commands.
 */
export class RtmpSession {
  readonly #options: Options;
  readonly #link: RtmpLink;
  #app: string | null = null;
  #state: 'opening' | 'asked' | 'publishing' | 'stopped' = 'opening';

  constructor(options: Options) {
    this.#options = options;
    this.#link = new RtmpLink({ role: 'server', random: options.random, write: options.write });
  }

  /**
   * Adds received bytes.
   * @throws {RtmpError} if the connection must be closed
   */
  push(bytes: Uint8Array): void {
    for (const message of this.#link.push(bytes)) this.#take(message);
  }

  /** Answers that the client can publish. */
  accept(): void {
    if (this.#state !== 'asked') return;
    this.#state = 'publishing';
    this.#link.allowMedia(MEDIA_MESSAGE_MAX);
    this.#link.streamBegins(MEDIA_STREAM);
    this.#status('status', 'NetStream.Publish.Start', 'Publishing.');
  }

  /**
   * Answers that the client can't publish, or can no longer publish.
   * @param description shown to the person who operates the encoder
   */
  refuse(code: 'BadName' | 'Denied' | 'Failed', description: string): void {
    this.#status('error', `NetStream.Publish.${code}`, description);
  }

  #take(message: RtmpMessage): void {
    const { type } = message;
    if (type === MESSAGE.audio || type === MESSAGE.video) {
      if (this.#state === 'publishing') this.#options.onMedia(message);
      return;
    }
    const command = readCommand(message);
    if (command) return this.#execute(command);
    const data = readData(message);
    const [values] = data?.name === 'onMetaData' ? data.args : [];
    if (isAmfObject(values) && this.#state === 'publishing') this.#options.onMetadata(values);
  }

  #execute(command: RtmpCommand): void {
    switch (command.name) {
      case 'connect':
        return this.#connect(command);
      case 'createStream':
        return this.#result(command, [MEDIA_STREAM]);
      case 'publish':
        return this.#publish(command);
      case 'FCPublish':
        this.#result(command, [undefined]);
        // Some hardware encoders wait for this.
        return this.#send('onFCPublish', [
          { level: 'status', code: 'NetStream.Publish.Start', description: 'Publishing.' },
        ]);
      case 'FCUnpublish':
      case 'deleteStream':
      case 'closeStream':
        return this.#stop(command);
      case 'play':
        this.#status(
          'error',
          'NetStream.Play.Failed',
          'This server doesn’t send over RTMP. Watch on the channel’s page, over HLS or WHEP.',
        );
        throw new RtmpError('The client tried to play, which isn’t possible over RTMP.');
      default:
        // releaseStream, _checkbw, getStreamLength and other commands require no action.
        return this.#result(command, [undefined]);
    }
  }

  #connect(command: RtmpCommand): void {
    const app = command.object?.app;
    if (typeof app !== 'string')
      throw new RtmpError('The connect command has no application name.');
    if (this.#app !== null) throw new RtmpError('The client connected twice.');
    this.#app = app;
    this.#link.announce();
    const { objectEncoding } = command.object ?? {};
    const info = {
      level: 'status',
      code: 'NetConnection.Connect.Success',
      description: 'Connected.',
      objectEncoding: typeof objectEncoding === 'number' ? objectEncoding : 0,
    };
    const answer = { name: '_result', transaction: command.transaction };
    this.#link.send(writeCommand({ ...answer, object: SERVER, args: [info] }, CONTROL_STREAM));
  }

  #publish({ args: [name] }: RtmpCommand): void {
    if (this.#app === null) throw new RtmpError('The client tried to publish before connecting.');
    if (this.#state !== 'opening') throw new RtmpError('The client tried to publish twice.');
    this.#state = 'asked';
    this.#options.onPublish(readStreamPath(this.#app, typeof name === 'string' ? name : ''));
  }

  #stop(command: RtmpCommand): void {
    this.#result(command, [undefined]);
    if (this.#state !== 'publishing') return;
    this.#state = 'stopped';
    this.#status('status', 'NetStream.Unpublish.Success', 'Stopped publishing.');
    this.#options.onStopped();
  }

  #result({ transaction }: RtmpCommand, args: readonly AmfValue[]): void {
    if (transaction === 0) return;
    this.#link.send(
      writeCommand({ name: '_result', transaction, object: null, args }, CONTROL_STREAM),
    );
  }

  #status(level: 'status' | 'error', code: string, description: string): void {
    if (!this.#link.isOpen) return;
    const args = [{ level, code, description }];
    const command = { name: 'onStatus', transaction: 0, object: null, args };
    this.#link.send(writeCommand(command, MEDIA_STREAM));
  }

  #send(name: string, args: readonly AmfValue[]): void {
    this.#link.send(writeCommand({ name, transaction: 0, object: null, args }, CONTROL_STREAM));
  }
}
