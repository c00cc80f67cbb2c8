import type { SegmenterOptions, TrackInput } from './segmenter-types.js';

/** Makes renditions of one broadcast's units: see {@link ./segmenter-types}. All time comes in as arguments. */
export class Segmenter {
  constructor(_options: SegmenterOptions) {}

  addTrack(_track: { kind: 'audio' | 'video'; layerCount: number }): TrackInput {
    return { push() {}, report() {}, setPaused() {}, close() {} };
  }

  /** What to add to the publisher's clock for the server's, milliseconds. */
  setClockOffset(_offsetMs: number): void {}

  /** The publisher is lost: its tracks are gone, what comes next is a discontinuity. */
  interrupt(): void {}

  /** To be called every 50-100 ms. */
  tick(_nowMs: number): void {}

  /** No more comes; the run ends. */
  end(): void {}
}
