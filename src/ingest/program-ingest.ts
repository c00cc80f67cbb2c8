import type { ProgramMedia, ProgramTrack, StartTranscoder } from '../broadcast/ports/media.js';
import type { MediaUnit } from '../broadcast/ports/unit-track.js';
import type { Clock } from '../common/clock.js';
import type { Log } from '../common/logger.js';
import { aacConfigOf } from '../media/codecs/aac-format.js';
import { parseAacSpecificConfig } from '../media/codecs/aac-specific-config.js';
import type { AudioConfig } from '../media/codecs/codec-config.js';
import { parseAvcRecord } from '../media/codecs/avc-record.js';
import { equalBytes } from '../media/codecs/equal-bytes.js';
import { NAL } from '../media/codecs/h264-nal.js';
import { parseSps } from '../media/codecs/h264-sps.js';
import type { AudioTag } from '../media/flv/audio-tag.js';
import type { VideoTag } from '../media/flv/video-tag.js';
import { AacTranscoder } from './aac-transcoder.js';
import { encoderName } from './encoder-name.js';
import { ProgramClock } from './program-clock.js';
import { UnusableMedia } from './unusable-media.js';

/** The interval at which the clock is reported to the tracks. */
const CLOCK_INTERVAL_MS = 2_000;

type Options = Readonly<{
  media: ProgramMedia;
  /** The path of an FFmpeg that encodes Opus; null if there is none. */
  ffmpeg: string | null;
  clock: Clock;
  log: Log;
}>;

type Track = { track: ProgramTrack; config: Uint8Array };

/** Passes one publisher's media, in the form that FLV uses, to its broadcast. */
export class ProgramIngest {
  readonly #options: Options;
  readonly #clock = new ProgramClock();
  #clockToldMs = -Infinity;
  /** The latest media time, in milliseconds. */
  #timeMs = 0;
  #video: Track | null = null;
  #audio: Track | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Adds video.
   * @param timeMs its decode time, which doesn't wrap
   * @throws {UnusableMedia}
   */
  video(tag: VideoTag, timeMs: number): void {
    if (tag.type === 'unsupported') throw UnusableMedia.video(tag.codec);
    if (tag.type === 'config') this.#configureVideo(tag.record);
    if (tag.type === 'picture') this.#addPicture(tag, timeMs);
  }

  /**
   * Adds audio.
   * @param timeMs its time, on the same clock as the video
   * @throws {UnusableMedia}
   */
  audio(tag: AudioTag, timeMs: number): void {
    if (tag.type === 'unsupported') throw UnusableMedia.audio(tag.codec);
    if (tag.type === 'config') this.#configureAudio(tag.record);
    if (tag.type !== 'frame') return;
    if (!this.#audio) return;
    this.#take(timeMs);
    const { track, config } = this.#audio;
    track.push(this.#unitOf({ data: tag.data, config, decodeTime: timeMs }));
  }

  /** Adds the encoder's metadata, which describes the stream. */
  metadata(values: Readonly<Record<string, unknown>>): void {
    const name = encoderName(values.encoder);
    if (name !== null) this.#options.media.setEncoder(name);
  }

  #configureVideo(record: Uint8Array): void {
    const parsed = parseAvcRecord(record);
    if (parsed === null) throw UnusableMedia.malformed();
    for (const set of parsed.sets) assertPlayable(set);
    if (this.#video && equalBytes(this.#video.config, record)) return;
    if (this.#video) this.#video.config = record;
    else this.#video = { track: this.#options.media.addVideo(), config: record };
  }

  #addPicture(
    { data, keyFrame, compositionMs }: Extract<VideoTag, { type: 'picture' }>,
    decodeTime: number,
  ): void {
    if (!this.#video) return;
    this.#take(decodeTime);
    const { track, config } = this.#video;
    track.push(this.#unitOf({ data, config, keyFrame, decodeTime, compositionMs }));
  }

  #configureAudio(record: Uint8Array): void {
    if (this.#audio && equalBytes(this.#audio.config, record)) return;
    if (parseAacSpecificConfig(record) === null) throw UnusableMedia.malformed();
    const config = aacConfigOf(record);
    if (config === null) throw UnusableMedia.aacProfile();
    const transcode = this.#transcoderOf(config);
    this.#audio = { track: this.#options.media.addAudio({ config, transcode }), config: record };
    this.#tellClock();
  }

  #transcoderOf(config: AudioConfig): StartTranscoder | null {
    const { ffmpeg: program, log } = this.#options;
    if (program !== null)
      return (onPacket) => new AacTranscoder({ program, config, onPacket, log });
    log.warn(
      'FFmpeg with libopus is not installed, so WebRTC viewers will not hear this broadcast',
    );
    return null;
  }

  /** Records a unit's arrival. */
  #take(timeMs: number): void {
    const nowMs = this.#options.clock.nowMs();
    const isSet = this.#clock.note(timeMs, nowMs);
    this.#timeMs = timeMs;
    if (isSet || nowMs - this.#clockToldMs > CLOCK_INTERVAL_MS) this.#tellClock();
  }

  #tellClock(): void {
    this.#clockToldMs = this.#options.clock.nowMs();
    const time = this.#timeMs;
    const capturedMs = this.#clock.capturedMs(time);
    this.#video?.track.setClock({ time, capturedMs });
    this.#audio?.track.setClock({ time, capturedMs });
  }

  #unitOf({
    data,
    config,
    decodeTime,
    keyFrame = true,
    compositionMs = 0,
  }: Pick<MediaUnit, 'data' | 'config' | 'decodeTime'> & {
    keyFrame?: boolean;
    compositionMs?: number;
  }): MediaUnit {
    const arrivedMs = this.#options.clock.nowMs();
    return { data, config, keyFrame, decodeTime, compositionOffset: compositionMs, arrivedMs };
  }
}

/** @throws {UnusableMedia} for formats that no browser plays */
function assertPlayable(set: Uint8Array): void {
  if (((set[0] ?? 0) & 0x1f) !== NAL.sps) return;
  const sps = parseSps(set);
  if (sps === null) throw UnusableMedia.malformed();
  if (sps.chromaFormat !== 1 || sps.bitDepthLuma !== 8 || sps.bitDepthChroma !== 8)
    throw UnusableMedia.colors();
}
