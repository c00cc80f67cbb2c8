import { createFile, MP4BoxBuffer } from 'mp4box';

/** A sample as mp4box reads it; times are in ticks of 1/`timescale` s. */
export type ReadSample = Readonly<{
  dts: number;
  cts: number;
  duration: number;
  size: number;
  timescale: number;
  isKey: boolean;
}>;

/**
 * Returns the samples of the only track in an init section and the segments after it; throws on any
 * error.
 */
export function samplesOf(...pieces: readonly Uint8Array<ArrayBuffer>[]): ReadSample[] {
  const file = createFile(true);
  file.onError = (module, message) => {
    throw new Error(`mp4box, ${module}: ${message}`);
  };
  let at = 0;
  for (const piece of pieces) {
    file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(piece.slice().buffer, at));
    at += piece.length;
  }
  file.flush();
  const [track] = file.getInfo().tracks;
  if (!track) throw new Error('no track');
  return file
    .getTrackSamplesInfo(track.id)
    .map(({ dts, cts, duration, size, timescale, is_sync }) => ({
      dts,
      cts,
      duration,
      size,
      timescale,
      isKey: is_sync,
    }));
}
