import type { SampleKinds } from '../../broadcast/ports/samples.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { DATA_MAX } from '../../srt/media-frames.js';
import type { SrtDestination, SrtProgress } from '../../srt/srt-messages.js';
import type { SrtOutput } from '../../srt/srt-outputs.js';
import type { SrtProcess } from '../../srt/srt-process.js';
import type { Publication, SampleWriter, SendProgress } from '../publication.js';
import { RestreamError } from '../restream-problem.js';
import { problemOf } from './srt-problem.js';
import { TsStream } from './ts-stream.js';

/** The number of bytes in an SRT packet: seven MPEG-TS packets. */
const PAYLOAD_BYTES = 1_316;
/** The maximum number of bytes sent at once: as many whole SRT packets as fit into a frame. */
const SEND_MAX = DATA_MAX - (DATA_MAX % PAYLOAD_BYTES);
/** The connection is replaced after this many seconds in which hardly anything could be sent. */
const STALLED_REPORTS = 10;
/**
 * Sending less than this share of the media counts as hardly anything. It isn't zero, because while
 * a server doesn't read, libsrt drops the packets that wait, and sends a few new ones each second.
 */
const STALLED_SHARE = 1 / 4;

/** A server that closes the connection after this many seconds has accepted the stream. */
const ACCEPTED_REPORTS = 3;

/** Publishes one stream to an SRT server, as the caller. */
export class SrtPublication implements Publication {
  readonly #emitter = new TypedEmitter<{ started: []; closed: [RestreamError] }>();
  readonly events = this.#emitter.listenable;
  readonly #output: SrtOutput;
  #stream: TsStream | null = null;
  /**
   * The data of this turn of the event loop, which is sent at its end, so that packets are full.
   */
  #held: Buffer[] = [];
  #written = 0;
  /** The number of bytes that weren't passed on, because the program didn't read. */
  #refused = 0;
  #latest: SrtProgress = { takenBytes: 0, bufferedBytes: 0, packets: 0, droppedPackets: 0 };
  #reports = 0;
  #stalledReports = 0;
  #isClosed = false;

  constructor(process: Pick<SrtProcess, 'connect'>, destination: SrtDestination) {
    this.#output = process.connect(destination, {
      connected: () => this.#emitter.emit('started'),
      rejected: (reason) => this.fail(new RestreamError(problemOf(reason))),
      progressed: (progress) => this.#progressed(progress),
      closed: () => this.fail(new RestreamError(this.#end)),
      failed: () => this.fail(new RestreamError('srt_failed')),
    });
  }

  /** Updated every second from the reports of the SRT program. */
  get progress(): SendProgress {
    const { takenBytes, bufferedBytes, droppedPackets } = this.#latest;
    return {
      written: this.#written,
      waiting: this.#written - this.#refused - takenBytes + bufferedBytes,
      dropped: this.#refused + droppedPackets * PAYLOAD_BYTES,
    };
  }

  begin(kinds: SampleKinds, backlogMs: () => number): SampleWriter {
    this.#stream = new TsStream({ kinds, send: (packets) => this.#write(packets), backlogMs });
    return this.#stream;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    this.#emitter.clear();
    this.#output.close();
  }

  fail(error: RestreamError): void {
    if (this.#isClosed) return;
    this.#emitter.emit('closed', error);
    this.close();
  }

  /**
   * What it means that the server has closed the connection. Some servers accept every connection,
   * and close it at once if the stream id is wrong.
   */
  get #end(): 'closed' | 'key_refused' {
    const { written, waiting, dropped } = this.progress;
    const hasDelivered = written - waiting - dropped > 0;
    return !hasDelivered && this.#reports < ACCEPTED_REPORTS ? 'key_refused' : 'closed';
  }

  #write(packets: Buffer): void {
    if (this.#held.length === 0) setImmediate(() => this.#flush());
    this.#held.push(packets);
    this.#written += packets.length;
  }

  #flush(): void {
    if (this.#isClosed) return;
    const all = Buffer.concat(this.#held);
    this.#held = [];
    for (let at = 0; at < all.length; at += SEND_MAX) {
      const part = all.subarray(at, at + SEND_MAX);
      if (this.#output.send(part)) continue;
      this.#refused += part.length;
      this.#stream?.skip();
    }
  }

  /**
   * Handles a progress report. libsrt drops packets that are too late to be useful; the media after
   * them can't be decoded before the next key frame.
   */
  #progressed(progress: SrtProgress): void {
    const before = this.#latest;
    this.#latest = progress;
    this.#reports += 1;
    const hasDropped = progress.droppedPackets > before.droppedPackets;
    if (hasDropped) this.#stream?.skip();
    const isIdle = !hasDropped && progress.bufferedBytes === 0;
    const sentBytes = (progress.packets - before.packets) * PAYLOAD_BYTES;
    const takenBytes = progress.takenBytes - before.takenBytes;
    const isSending = sentBytes > 0 && sentBytes >= takenBytes * STALLED_SHARE;
    this.#stalledReports = isSending || isIdle ? 0 : this.#stalledReports + 1;
    if (this.#stalledReports > STALLED_REPORTS) this.fail(new RestreamError('stalled'));
  }
}
