// Decodes Opus and encodes AAC in a worker thread. This file must have no local imports except
// types, because tests load it as .ts with Node's type stripping. docs/adr/0008 explains the choice
// of libraries.
import { parentPort } from 'node:worker_threads';
import { registerAacEncoder } from '@mediabunny/aac-encoder';
import { AdtsOutputFormat, AudioSample, AudioSampleSource, NullTarget, Output } from 'mediabunny';
import { OpusDecoder } from 'opus-decoder';
import type { AacCommand, AacReport, OpusPackets } from './aac-messages.js';

const SAMPLE_RATE = 48_000;
const CHANNELS = 2;
const BITRATE_BPS = 128_000;
const FRAME_TICKS = 1_024;
/** The encoder's first frame contains only priming; the input starts with the second frame. */
const PRIMING_FRAMES = 1;
/** The encoder's maximum lookahead. */
const LOOKAHEAD_TICKS = 3 * FRAME_TICKS;
/**
 * The decoder's maximum packet size, in bytes. A packet is usually about 200 bytes long; each of
 * its frames is at most 1,275 bytes long (RFC 6716 3.2.1).
 */
const OPUS_PACKET_MAX = 7_680;
/** The maximum input per message, in ticks. */
const FEED_MAX_TICKS = 120 * SAMPLE_RATE;

const port = parentPort;
if (port === null) throw new Error('this file must run in a worker thread');
const report = (message: AacReport, transfer: ArrayBuffer[] = []) =>
  port.postMessage(message, transfer);

registerAacEncoder();

/** The audio of one broadcast. Messages are handled in order. */
class Stream {
  readonly #id: number;
  readonly #fromTicks: number;
  readonly #decoder = new OpusDecoder({ channels: CHANNELS });
  readonly #source: AudioSampleSource;
  readonly #output: Output;
  /** The position of the next sample for the encoder. */
  #atTicks: number;
  #givenTicks = 0;
  #encodedFrames = 0;
  /** Frames not yet reported, at most those encoded in one turn of the event loop. */
  #frames: Uint8Array[] = [];
  #tail: Promise<void>;
  #closed = false;

  constructor(id: number, fromTicks: number) {
    this.#id = id;
    this.#fromTicks = fromTicks;
    this.#atTicks = fromTicks;
    this.#source = new AudioSampleSource({
      codec: 'aac',
      bitrate: BITRATE_BPS,
      onEncodedPacket: ({ data }) => this.#encoded(data),
    });
    this.#output = new Output({ format: new AdtsOutputFormat(), target: new NullTarget() });
    this.#output.addAudioTrack(this.#source);
    this.#tail = Promise.all([this.#output.start(), this.#decoder.ready]).then(() => undefined);
    this.#run(async () => undefined);
  }

  feed(packets: OpusPackets): void {
    this.#run(async () => {
      const pcm = this.#decode(packets);
      if (pcm.length > 0) await this.#encode(pcm);
      report({ type: 'fed', stream: this.#id });
    });
  }

  finish(): void {
    this.#run(async () => {
      await this.#encode(new Float32Array(LOOKAHEAD_TICKS * CHANNELS));
      await this.#output.finalize();
      this.#reportFrames();
      report({ type: 'finished', stream: this.#id });
    });
  }

  close(): void {
    this.#run(async () => {
      this.#closed = true;
      this.#decoder.free();
      if (this.#output.state === 'started') await this.#output.cancel();
    });
  }

  #run(task: () => Promise<void>): void {
    this.#tail = this.#tail.then(task).catch((error: unknown) => {
      report({ type: 'failed', stream: this.#id, message: String(error) });
    });
  }

  /**
   * Returns interleaved samples that continue where the previous ones ended; missing audio becomes
   * silence.
   */
  #decode({ baseTicks, bytes, lengths, durations }: OpusPackets): Float32Array<ArrayBuffer> {
    const endTicks = durations.reduce((sum, ticks) => sum + ticks, baseTicks);
    const ticks = Math.max(0, endTicks - this.#atTicks);
    if (ticks > FEED_MAX_TICKS) throw new Error('the gap in the audio is too large');
    const pcm = new Float32Array(ticks * CHANNELS);
    let offset = 0;
    let at = baseTicks - this.#atTicks;
    for (const [index, length] of lengths.entries()) {
      const duration = durations[index] ?? 0;
      const packet = bytes.subarray(offset, offset + length);
      if (length > 0 && length <= OPUS_PACKET_MAX) this.#decodeOne(packet, pcm, at, duration);
      offset += length;
      at += duration;
    }
    this.#atTicks += ticks;
    return pcm;
  }

  #decodeOne(packet: Uint8Array, pcm: Float32Array, at: number, duration: number): void {
    // Also decode the input before the start, because the decoder's state depends on earlier
    // packets.
    const { channelData, samplesDecoded } = this.#decoder.decodeFrame(packet);
    const [left, right = left] = channelData;
    if (!left || !right) return;
    for (let i = Math.max(0, -at); i < Math.min(samplesDecoded, duration); i += 1) {
      pcm[(at + i) * CHANNELS] = left[i] ?? 0;
      pcm[(at + i) * CHANNELS + 1] = right[i] ?? 0;
    }
  }

  async #encode(data: Float32Array<ArrayBuffer>): Promise<void> {
    const sample = new AudioSample({
      data,
      format: 'f32',
      numberOfChannels: CHANNELS,
      sampleRate: SAMPLE_RATE,
      timestamp: this.#givenTicks / SAMPLE_RATE,
    });
    this.#givenTicks += data.length / CHANNELS;
    await this.#source.add(sample);
    sample.close();
  }

  #encoded(frame: Uint8Array): void {
    this.#encodedFrames += 1;
    if (this.#encodedFrames <= PRIMING_FRAMES) return;
    this.#frames.push(frame);
    if (this.#frames.length === 1) setImmediate(() => this.#reportFrames());
  }

  #reportFrames(): void {
    const frames = this.#frames;
    if (frames.length === 0 || this.#closed) return;
    this.#frames = [];
    const first = this.#encodedFrames - PRIMING_FRAMES - frames.length;
    const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
    let offset = 0;
    for (const frame of frames) {
      bytes.set(frame, offset);
      offset += frame.length;
    }
    report(
      {
        type: 'frames',
        stream: this.#id,
        baseTicks: this.#fromTicks + first * FRAME_TICKS,
        bytes,
        lengths: Uint32Array.from(frames, (frame) => frame.length),
      },
      [bytes.buffer],
    );
  }
}

const streams = new Map<number, Stream>();

port.on('message', (command: AacCommand) => {
  if (command.type === 'open') {
    streams.set(command.stream, new Stream(command.stream, command.fromTicks));
    return;
  }
  const stream = streams.get(command.stream);
  if (!stream) return;
  if (command.type === 'feed') stream.feed(command.packets);
  else if (command.type === 'finish') stream.finish();
  else {
    stream.close();
    streams.delete(command.stream);
  }
});
