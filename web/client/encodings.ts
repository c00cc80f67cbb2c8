/** One simulcast layer, in the format of RTCRtpEncodingParameters. */
export type Encoding = {
  rid: string;
  scaleResolutionDownBy: number;
  maxBitrate: number;
  scalabilityMode: 'L1T1';
};

/** A picture's size in pixels, and its frame rate. */
export type PictureSize = { width: number; height: number; framesPerSecond: number };

/** The number of bits per pixel and frame that H.264 needs for a clean picture from a camera. */
const BITS_PER_PIXEL = 0.09;
const MIN_BITRATE_BPS = 120_000;
/** Layers below this height are useless. */
const MIN_HEIGHT = 160;

/**
 * Returns the simulcast layers of a picture, lowest first: full, half and quarter size, except
 * layers that are too small.
 */
export function encodingsFor({ width, height, framesPerSecond }: PictureSize): Encoding[] {
  const scales = [4, 2, 1].filter((scale) => scale === 1 || height / scale >= MIN_HEIGHT);
  return scales.map((scaleResolutionDownBy, layer) => ({
    rid: `r${layer}`,
    scaleResolutionDownBy,
    maxBitrate: bitrateFor((width * height) / scaleResolutionDownBy ** 2, framesPerSecond),
    scalabilityMode: 'L1T1',
  }));
}

/**
 * Returns a layer's bit rate in bits per second. It grows less than linearly with the frame rate,
 * because consecutive frames differ less.
 */
function bitrateFor(pixels: number, framesPerSecond: number): number {
  const frames = Math.sqrt(30 * Math.max(1, framesPerSecond));
  const bitrate = pixels * frames * BITS_PER_PIXEL;
  return Math.max(MIN_BITRATE_BPS, Math.round(bitrate / 10_000) * 10_000);
}

/**
 * Returns the size and frame rate of a track's picture, or those of 720p30 if unknown. For a track
 * that the page generates, browsers report 0 or NaN before the first frame.
 */
export function pictureSizeOf({
  width,
  height,
  frameRate,
}: Pick<MediaTrackSettings, 'width' | 'height' | 'frameRate'>): PictureSize {
  const known = (value: number | undefined, fallback: number): number =>
    value !== undefined && Number.isFinite(value) && value > 0 ? value : fallback;
  return {
    width: known(width, 1_280),
    height: known(height, 720),
    framesPerSecond: known(frameRate, 30),
  };
}
