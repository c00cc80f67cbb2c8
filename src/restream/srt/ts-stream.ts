import type { SampleKinds, TimedSample } from '../../broadcast/ports/samples.js';
import { TsMuxer } from '../../media/mpegts/ts-muxer.js';
import type { SampleWriter } from '../publication.js';
import { SampleSequence } from '../sample-sequence.js';

/** The number of ticks of the MPEG-TS clock per millisecond. */
const TICKS_PER_MS = 90;

type Options = Readonly<{
  kinds: SampleKinds;
  /** Sends whole packets of MPEG-TS. */
  send: (packets: Buffer) => void;
  /** Returns the duration of the media waiting to be sent, in milliseconds. */
  backlogMs: () => number;
}>;

/** Writes samples as MPEG-TS, starting with a key frame. */
export class TsStream implements SampleWriter {
  readonly #send: Options['send'];
  readonly #sequence: SampleSequence;
  readonly #muxer: TsMuxer;

  constructor({ kinds, send, backlogMs }: Options) {
    this.#send = send;
    this.#sequence = new SampleSequence({ ticksPerMs: TICKS_PER_MS, backlogMs });
    this.#muxer = new TsMuxer(kinds);
  }

  push(sample: TimedSample, hasVideo: boolean): void {
    const frame = this.#sequence.next(sample, hasVideo);
    const packets = frame && this.#muxer.push(frame);
    if (packets && packets.length > 0) this.#send(packets);
  }

  /** Drops samples until a key frame, because packets have been lost. */
  skip(): void {
    this.#sequence.skip();
  }
}
