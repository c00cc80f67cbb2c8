import type { TimedSample } from '../broadcast/ports/samples.js';
import type { CodecConfig } from '../media/codecs/codec-config.js';
import { audioConfigTag, audioTag } from '../media/flv/audio-tag.js';
import { TAG } from '../media/flv/flv-file.js';
import { videoConfigTag, videoTag } from '../media/flv/video-tag.js';
import type { SampleWriter } from './publication.js';
import { SampleSequence, type SequencedSample } from './sample-sequence.js';

/** A media message. */
export type FlvMessage = Readonly<{ type: number; timeMs: number; payload: Uint8Array }>;

type Options = Readonly<{
  send: (message: FlvMessage) => void;
  /** Returns how much media is waiting to be sent, in milliseconds. */
  backlogMs: () => number;
}>;

/**
 * Writes samples as the messages of one RTMP connection, starting with a key frame. Configurations
 * precede the samples that need them.
 */
export class FlvStream implements SampleWriter {
  readonly #options: Options;
  readonly #sequence: SampleSequence;
  #videoConfig: CodecConfig | null = null;
  #audioConfig: CodecConfig | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.#sequence = new SampleSequence({ ticksPerMs: 1, backlogMs: options.backlogMs });
  }

  /** How many times samples had to be dropped. */
  get dropped(): number {
    return this.#sequence.dropped;
  }

  push(sample: TimedSample, hasVideo: boolean): void {
    const due = this.#sequence.next(sample, hasVideo);
    if (due === null) return;
    if (due.kind === 'video') this.#sendPicture(due);
    else this.#sendSound(due);
  }

  #sendPicture({ keyFrame, dts, pts, data, config }: SequencedSample): void {
    if (config !== this.#videoConfig) {
      this.#videoConfig = config;
      this.#send(TAG.video, dts, videoConfigTag(config.record));
    }
    this.#send(TAG.video, dts, videoTag({ keyFrame, compositionMs: pts - dts, data }));
  }

  #sendSound({ dts, data, config }: SequencedSample): void {
    if (config !== this.#audioConfig) {
      this.#audioConfig = config;
      this.#send(TAG.audio, dts, audioConfigTag(config.record));
    }
    this.#send(TAG.audio, dts, audioTag(data));
  }

  #send(type: number, timeMs: number, payload: Uint8Array): void {
    this.#options.send({ type, timeMs, payload });
  }
}
