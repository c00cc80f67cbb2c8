/*
 * mediacapture-transform as Chromium has it, on the window. The standard has moved both into workers
 * (with VideoTrackGenerator in place of the generator), where Chromium does not offer them, and can't
 * transfer a track to either.
 */

interface TrackProcessorConstructor {
  new (init: { track: MediaStreamTrack; maxBufferSize?: number }): {
    readonly readable: ReadableStream<VideoFrame>;
  };
}

interface TrackGeneratorConstructor {
  new (init: {
    kind: 'video';
  }): MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
}

declare global {
  // Absent in Firefox and Safari.
  var MediaStreamTrackProcessor: TrackProcessorConstructor | undefined;
  var MediaStreamTrackGenerator: TrackGeneratorConstructor | undefined;
}

/** Chromium's way to raw frames and back, or null where the window lacks it. */
export function breakoutBox(): {
  readonly Processor: TrackProcessorConstructor;
  readonly Generator: TrackGeneratorConstructor;
} | null {
  const Processor = globalThis.MediaStreamTrackProcessor;
  const Generator = globalThis.MediaStreamTrackGenerator;
  return Processor === undefined || Generator === undefined ? null : { Processor, Generator };
}
