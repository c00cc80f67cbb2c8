import type { AudioConfig, VideoConfig } from '../../src/media/codecs/codec-config.js';
import { OPUS_CONFIG } from '../../src/media/rtp/opus-depacketizer.js';
import { Segmenter } from '../../src/hls/segmenter/segmenter.js';
import type { TrackInput } from '../../src/hls/segmenter/segmenter-types.js';
import { RecordedRun } from './recorded-run.js';

export type SimulationOptions = {
  layers: number;
  audio: boolean;
  fps: number;
  /** The duration of one audio packet. */
  packetMs: 10 | 20 | 40 | 60;
  /** How far the publisher's clock is ahead of the server's. */
  aheadMs: number;
  /** How much faster than the publisher's clock each RTP clock runs, in parts per million. */
  audioPpm: number;
  videoPpm: number;
  /** The maximum error in the times of sender reports. */
  reportJitterMs: number;
  /** The network latency to the server, and the maximum random addition to it. */
  delayMs: number;
  jitterMs: number;
  /** Whether the segmenter knows {@link aheadMs}. */
  offsetKnown: boolean;
  segmentS: number;
  partS: number;
  seed: number;
};

const USUAL: SimulationOptions = {
  layers: 1,
  audio: true,
  fps: 30,
  packetMs: 20,
  aheadMs: -3_600_000,
  audioPpm: 0,
  videoPpm: 0,
  reportJitterMs: 1,
  delayMs: 30,
  jitterMs: 10,
  offsetKnown: true,
  segmentS: 2,
  partS: 0.33334,
  seed: 1,
};

/** The data that a simulated sample contains about itself. */
export type Told = { captureMs: number; frame: number; silent: boolean };

/** The TOC bytes of stereo Opus packets by duration, CELT or SILK (RFC 6716, section 3.1). */
const TOC = { 10: 0xf4, 20: 0xfc, 40: 0x14, 60: 0x1c };
const START_MS = 1_700_000_000_000;

/** Reads the data that {@link SimulatedPublisher} wrote into a sample. */
export function readSample(data: Uint8Array): Told {
  if (data.length < 13) return { captureMs: NaN, frame: -1, silent: true };
  const view = new DataView(data.buffer, data.byteOffset);
  return { captureMs: view.getFloat64(1), frame: view.getUint32(9), silent: false };
}

type Layer = { rtpBase: number; on: boolean; frame: number; broken: boolean; nextReportMs: number };
type Delivery = { atMs: number; deliver: (arrivedMs: number) => void };

/**
 * A publisher with clocks, a camera, a microphone and a network, connected to a segmenter. Each
 * sample carries its capture time on the server's clock, so that a test can compare the output with
 * the truth.
 */
export class SimulatedPublisher {
  readonly runs: RecordedRun[] = [];
  readonly segmenter: Segmenter;
  readonly options: SimulationOptions;
  nowMs = START_MS;
  keyFrameRequests = 0;
  /** Faults that tests can set. */
  ignoresKeyFrameRequests = false;
  reports = true;
  /** Each layer sends one key frame in `every` frames, at its own offset, and ignores requests. */
  ownKeyFrames: { every: number; from: readonly number[] } | null = null;
  /** An offset, in ms, of the RTP time of each layer's next frame only. */
  wildMs = 0;
  loseVideo = false;
  loseAudio = false;
  /** The frame rate of the source. */
  fps: number;
  /** An addition to the network latency. */
  extraDelayMs = 0;
  /** An addition to the network latency of video only. */
  videoDelayMs = 0;
  /** A constant error in all sender reports of a track. */
  reportBiasMs = { video: 0, audio: 0 };
  /** Whether the audio's RTP clock stops while muted. */
  stopsClockWhenMuted = false;
  #config: VideoConfig = videoConfig(1280);
  #video: TrackInput | null = null;
  #audio: TrackInput | null = null;
  #muted = false;
  #layers: Layer[] = [];
  #audioBase = 0;
  #keyFrameAtMs: number | null = null;
  #nextFrameMs = Infinity;
  #nextPacketMs = Infinity;
  #nextAudioReportMs = Infinity;
  #nextTickMs = START_MS;
  #deliveries: Delivery[] = [];
  /** The time before which no packet arrives. */
  #heldUntilMs = 0;
  /** The last arrival per stream, because packets of a stream never overtake each other. */
  readonly #lastArrivalMs = new Map<string, number>();
  #random: number;

  constructor(options: Partial<SimulationOptions> = {}) {
    this.options = { ...USUAL, ...options };
    this.fps = this.options.fps;
    this.#random = this.options.seed >>> 0 || 1;
    const { segmentS, partS } = this.options;
    this.segmenter = new Segmenter({
      segmentS,
      partS,
      openRun: (spec) => {
        const run = new RecordedRun(spec, () => this.nowMs);
        this.runs.push(run);
        return run;
      },
      requestKeyFrame: () => this.#requestKeyFrame(),
    });
  }

  get run(): RecordedRun {
    const run = this.runs.at(-1);
    if (!run) throw new Error('nothing was written');
    return run;
  }

  /** Adds all tracks. */
  start(): this {
    if (this.options.offsetKnown) this.segmenter.setClockOffset(-this.options.aheadMs);
    if (this.options.audio) this.openMicrophone();
    if (this.options.layers > 0) this.openCamera();
    return this;
  }

  openCamera(layerCount = this.options.layers): void {
    this.#video = this.segmenter.addTrack({ kind: 'video', layerCount });
    this.#layers = Array.from({ length: layerCount }, () => ({
      rtpBase: this.#integer(2 ** 32),
      on: true,
      frame: 0,
      broken: true,
      nextReportMs: this.nowMs + 200 + this.#integer(400),
    }));
    this.#nextFrameMs = this.nowMs + 50;
    this.#keyFrameAtMs = this.nowMs;
  }

  closeCamera(): void {
    this.#flush();
    this.#video?.close();
    this.#video = null;
    this.#nextFrameMs = Infinity;
  }

  openMicrophone(): void {
    this.#audio = this.segmenter.addTrack({ kind: 'audio', layerCount: 1 });
    this.#audioBase = this.#integer(2 ** 32);
    this.#nextPacketMs = this.nowMs + 13.7;
    this.#nextAudioReportMs = this.nowMs + 2_500;
  }

  closeMicrophone(): void {
    this.#flush();
    this.#audio?.close();
    this.#audio = null;
    this.#nextPacketMs = Infinity;
  }

  setMuted(muted: boolean): void {
    this.#muted = muted;
    this.#audio?.setPaused(muted);
  }

  setLayer(layer: number, on: boolean): void {
    const found = this.#layers[layer];
    if (!found || found.on === on) return;
    found.on = on;
    found.broken = true;
    // All layers resume at once, with a key frame.
    if (on) this.#keyFrameAtMs = this.nowMs;
  }

  /** Changes the picture: new parameter sets, with a key frame on all layers. */
  changePicture(width: number): void {
    this.#config = videoConfig(width);
    this.#keyFrameAtMs = this.nowMs;
  }

  /** Loses the layer's frames until its next key frame. */
  breakLayer(layer: number): void {
    const found = this.#layers[layer];
    if (found) found.broken = true;
    this.#requestKeyFrame();
  }

  /** Loses the connection; the publisher returns with different RTP clocks. */
  interrupt(awayMs: number): void {
    this.#deliveries = [];
    this.#video = null;
    this.#audio = null;
    this.#nextFrameMs = Infinity;
    this.#nextPacketMs = Infinity;
    this.segmenter.interrupt();
    this.play(awayMs / 1_000);
    this.start();
  }

  /** Adjusts the publisher's clock; everything else continues. */
  setPublisherClock(byMs: number): void {
    this.options.aheadMs += byMs;
    if (this.options.offsetKnown) this.segmenter.setClockOffset(-this.options.aheadMs);
  }

  /**
   * Makes all RTP clocks jump with the next frame, which is a key frame; sequence numbers continue.
   */
  jumpRtp(byMs: number): void {
    for (const layer of this.#layers) layer.rtpBase += byMs * 90;
    this.#audioBase += byMs * 48;
    this.#keyFrameAtMs = this.nowMs;
  }

  /** Makes one layer's RTP clock jump, without a key frame. */
  jumpLayer(layer: number, byMs: number): void {
    const found = this.#layers[layer];
    if (found) found.rtpBase += byMs * 90;
  }

  play(seconds: number): this {
    const endMs = this.nowMs + seconds * 1_000;
    while (this.nowMs < endMs) {
      this.nowMs = Math.min(endMs, this.nowMs + 5);
      this.#capture();
      this.#deliver();
      if (this.nowMs >= this.#nextTickMs) {
        this.#nextTickMs += 50;
        this.segmenter.tick(this.nowMs);
      }
    }
    return this;
  }

  /** Delays all packets for a while, then delivers them at once; the server's clock continues. */
  stallNetwork(seconds: number): this {
    this.#heldUntilMs = this.nowMs + seconds * 1_000;
    return this.play(seconds);
  }

  /**
   * Stops the server for a while. Afterwards, its timer fires first, and then it handles everything
   * that has arrived in the meantime.
   */
  stallServer(seconds: number): this {
    const endMs = this.nowMs + seconds * 1_000;
    for (; this.nowMs < endMs; this.nowMs = Math.min(endMs, this.nowMs + 5)) this.#capture();
    this.segmenter.tick(this.nowMs);
    this.#nextTickMs = this.nowMs + 50;
    this.#deliver(this.nowMs);
    return this;
  }

  end(): this {
    this.#flush();
    this.segmenter.end();
    return this;
  }

  #capture(): void {
    for (; this.#nextFrameMs <= this.nowMs; this.#nextFrameMs += 1_000 / this.fps)
      this.#captureFrame(this.#nextFrameMs);
    const { packetMs, audioPpm } = this.options;
    for (; this.#nextPacketMs <= this.nowMs; this.#nextPacketMs += packetMs / (1 + audioPpm / 1e6))
      this.#capturePacket(this.#nextPacketMs);
    this.#report();
  }

  #captureFrame(atMs: number): void {
    const isRequested = this.#keyFrameAtMs !== null && this.#keyFrameAtMs <= atMs;
    if (isRequested) this.#keyFrameAtMs = null;
    const { wildMs } = this;
    this.wildMs = 0;
    for (const [index, layer] of this.#layers.entries()) {
      if (!layer.on) continue;
      layer.frame++;
      const keyFrame = this.#isKeyFrame(index, layer.frame) ?? isRequested;
      if (keyFrame && !this.loseVideo) layer.broken = false;
      if (this.loseVideo) layer.broken = true;
      if (layer.broken) {
        if (!this.loseVideo) this.#requestKeyFrame();
        continue;
      }
      const data = sampleData(keyFrame ? 1 : 0, atMs, layer.frame);
      const rtpTime = this.#videoRtp(layer, Math.round(atMs) + wildMs);
      const input = this.#video;
      const config = this.#config;
      this.#send(`video-${index}`, atMs + this.videoDelayMs + (keyFrame ? 15 : 0), (arrivedMs) =>
        input?.push(index, { rtpTime, keyFrame, data, config, arrivedMs }),
      );
    }
  }

  #isKeyFrame(layer: number, frame: number): boolean | null {
    if (!this.ownKeyFrames) return null;
    const { every, from } = this.ownKeyFrames;
    // A layer's encoder starts with a key frame.
    return (
      frame === 1 || (frame > (from[layer] ?? 0) && (frame - (from[layer] ?? 0)) % every === 0)
    );
  }

  #capturePacket(atMs: number): void {
    if (this.#muted && this.stopsClockWhenMuted) {
      this.#audioBase -= this.options.packetMs * 48;
      return;
    }
    if (this.#muted || this.loseAudio) return;
    const input = this.#audio;
    const rtpTime = this.#audioRtp(atMs);
    const data = sampleData(TOC[this.options.packetMs], atMs, 0);
    const config: AudioConfig = OPUS_CONFIG;
    // A packet is sent when its last sample has been captured.
    this.#send('audio', atMs + this.options.packetMs, (arrivedMs) =>
      input?.push(0, { rtpTime, keyFrame: true, data, config, arrivedMs }),
    );
  }

  #report(): void {
    for (const [layer, state] of this.#layers.entries()) {
      if (this.nowMs < state.nextReportMs || !this.#video) continue;
      state.nextReportMs = this.nowMs + 400 + this.#integer(600);
      this.#sendReport(this.#video, {
        layer,
        rtpTime: this.#videoRtp(state, this.nowMs),
        biasMs: this.reportBiasMs.video,
      });
    }
    if (this.nowMs < this.#nextAudioReportMs || !this.#audio) return;
    this.#nextAudioReportMs = this.nowMs + 4_000 + this.#integer(2_000);
    if (this.#muted) return;
    const rtpTime = this.#audioRtp(this.nowMs);
    this.#sendReport(this.#audio, { layer: 0, rtpTime, biasMs: this.reportBiasMs.audio });
  }

  #sendReport(
    input: TrackInput,
    { layer, rtpTime, biasMs }: { layer: number; rtpTime: number; biasMs: number },
  ): void {
    if (!this.reports) return;
    const { reportJitterMs, aheadMs } = this.options;
    const ntpMs = this.nowMs + aheadMs + biasMs + (this.#float() * 2 - 1) * reportJitterMs;
    this.#send('reports', this.nowMs, () => input.report(layer, { ntpMs, rtpTime }));
  }

  #videoRtp(layer: Layer, atMs: number): number {
    const elapsedMs = (atMs - START_MS) * (1 + this.options.videoPpm / 1e6);
    return wrap(layer.rtpBase + Math.round(elapsedMs * 90));
  }

  #audioRtp(atMs: number): number {
    const elapsedMs = (atMs - START_MS) * (1 + this.options.audioPpm / 1e6);
    return wrap(this.#audioBase + Math.round(elapsedMs * 48));
  }

  #requestKeyFrame(): void {
    this.keyFrameRequests++;
    if (!this.ignoresKeyFrameRequests)
      this.#keyFrameAtMs ??= this.nowMs + this.options.delayMs + 20;
  }

  #send(stream: string, atMs: number, deliver: (arrivedMs: number) => void): void {
    const { delayMs, jitterMs } = this.options;
    const wayMs = delayMs + this.extraDelayMs + this.#float() * jitterMs;
    const arrivalMs = Math.max(
      atMs + wayMs,
      this.#lastArrivalMs.get(stream) ?? 0,
      this.#heldUntilMs,
    );
    this.#lastArrivalMs.set(stream, arrivalMs);
    this.#deliveries.push({ atMs: arrivalMs, deliver });
  }

  /** @param earliestMs the earliest time of arrival, because the server read nothing before it */
  #deliver(earliestMs = 0): void {
    const due = this.#deliveries.filter(({ atMs }) => atMs <= this.nowMs);
    if (due.length === 0) return;
    this.#deliveries = this.#deliveries.filter(({ atMs }) => atMs > this.nowMs);
    for (const { atMs, deliver } of due.toSorted((a, b) => a.atMs - b.atMs))
      deliver(Math.max(atMs, earliestMs));
  }

  #flush(): void {
    const all = this.#deliveries.toSorted((a, b) => a.atMs - b.atMs);
    this.#deliveries = [];
    for (const { atMs, deliver } of all) deliver(atMs);
  }

  #integer(below: number): number {
    return Math.floor(this.#float() * below);
  }

  /** Returns a number from 0 up to, but not including, 1 (xorshift32). */
  #float(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x >>> 0;
    return this.#random / 2 ** 32;
  }
}

const wrap = (value: number): number => ((value % 2 ** 32) + 2 ** 32) % 2 ** 32;

function sampleData(first: number, captureMs: number, frame: number): Uint8Array {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint8(0, first);
  view.setFloat64(1, captureMs);
  view.setUint32(9, frame);
  return data;
}

/** A configuration that differs only in its width; no decoder reads it. */
export function videoConfig(width: number): VideoConfig {
  // The record has no parameter sets, so nothing is inserted before key frames.
  const record = Uint8Array.of(1, 0x42, 0xc0, 0x1f, 0xff, 0xe0, 0, width >> 8, width & 0xff);
  return { kind: 'video', codec: 'h264', codecs: 'avc1.42C01F', width, height: 720, record };
}
