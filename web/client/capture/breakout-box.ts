/*
 * mediacapture-transform as Chromium implements it, on the window. The standard has moved both
 * interfaces into workers (with VideoTrackGenerator in place of the generator); Chromium does not
 * expose them there, and cannot transfer a track to either.
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

/** Chromium's access to raw frames in both directions, or null where the window lacks it. */
export function breakoutBox(): {
  readonly Processor: TrackProcessorConstructor;
  readonly Generator: TrackGeneratorConstructor;
} | null {
  const Processor = globalThis.MediaStreamTrackProcessor;
  const Generator = globalThis.MediaStreamTrackGenerator;
  return Processor === undefined || Generator === undefined ? null : { Processor, Generator };
}
