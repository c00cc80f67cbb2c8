/** The size of a frame, in pixels. */
export type PictureSize = Readonly<{ width: number; height: number }>;

/** One of the lower resolutions to which a video is transcoded. */
export type LadderStep = PictureSize &
  Readonly<{
    /** Such as `720p`. */
    name: string;
    maxBitrateBps: number;
  }>;

/** Best first. `side` is the length of the frame's shorter side. */
const STEPS = [
  { side: 720, maxBitrateBps: 2_800_000 },
  { side: 360, maxBitrateBps: 800_000 },
] as const;

/**
 * Returns the steps below a video's size, best first; none of them enlarges it. A portrait video is
 * measured by its width. Sides are even, as 4:2:0 subsampling requires.
 */
export function stepsBelow({ width, height }: PictureSize): LadderStep[] {
  const shorter = Math.min(width, height);
  return STEPS.filter(({ side }) => side < shorter).map(({ side, maxBitrateBps }) => ({
    name: `${side}p`,
    width: evenSide((width * side) / shorter),
    height: evenSide((height * side) / shorter),
    maxBitrateBps,
  }));
}

/**
 * The maximum length of a frame's shorter side for WebRTC, where every frame must be transcoded.
 */
const WEBRTC_SIDE = 720;
const WEBRTC_BITS_PER_PIXEL = 0.1;
const USUAL_FPS = 30;

/** Returns the rendition to make for WebRTC: in the video's size, but at most 720p. */
export function stepForWebRtc({ width, height }: PictureSize): LadderStep {
  const scale = Math.min(1, WEBRTC_SIDE / Math.min(width, height));
  const size = { width: evenSide(width * scale), height: evenSide(height * scale) };
  const pixels = size.width * size.height;
  const maxBitrateBps = Math.round(pixels * WEBRTC_BITS_PER_PIXEL * USUAL_FPS);
  return { name: 'webrtc', ...size, maxBitrateBps };
}

const evenSide = (pixels: number): number => 2 * Math.round(pixels / 2);
