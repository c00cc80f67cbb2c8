/** The size of a picture, in pixels. */
export type PictureSize = Readonly<{ width: number; height: number }>;

/** One of the lower resolutions to which a video is transcoded. */
export type LadderStep = PictureSize &
  Readonly<{
    /** Such as `720p`. */
    name: string;
    maxBitrateBps: number;
  }>;

/** Best first. The size is that of the picture's shorter side. */
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

const evenSide = (pixels: number): number => 2 * Math.round(pixels / 2);
