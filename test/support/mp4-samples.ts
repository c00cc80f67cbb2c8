import { createFile, MP4BoxBuffer } from 'mp4box';

/** A sample as mp4box reads it; times in ticks, `timescale` of them a second. */
export type ReadSample = Readonly<{
  dts: number;
  cts: number;
  duration: number;
  size: number;
  timescale: number;
  isKey: boolean;
}>;

/** The samples of the one track of an initialization section and what follows it; throws at any error. */
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
