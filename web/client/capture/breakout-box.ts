/**
 * The mediacapture-transform interfaces as Chromium implements them: on the window. The standard
 * now exposes them only in workers, and has replaced the generator with VideoTrackGenerator, but
 * Chromium supports neither, and can't transfer a track to a worker.
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
  // These are absent in Firefox and Safari.
  var MediaStreamTrackProcessor: TrackProcessorConstructor | undefined;
  var MediaStreamTrackGenerator: TrackGeneratorConstructor | undefined;
}

/** Returns Chromium's access to raw frames in both directions, or null in browsers without it. */
export function breakoutBox(): {
  readonly Processor: TrackProcessorConstructor;
  readonly Generator: TrackGeneratorConstructor;
} | null {
  const Processor = globalThis.MediaStreamTrackProcessor;
  const Generator = globalThis.MediaStreamTrackGenerator;
  return Processor === undefined || Generator === undefined ? null : { Processor, Generator };
}
