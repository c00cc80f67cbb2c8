import type { SceneFormat, SceneLayout } from '../protocol/scene.js';
import { containRect, type Rect, type Size } from './rect.js';

/** What a tile shows. */
export type TileKind = 'camera' | 'screen';

/** A tile to be placed in the picture. */
export interface LayoutTile {
  readonly id: string;
  readonly kind: TileKind;
  /** The width of its video divided by the height; null before the first frame. */
  readonly aspect: number | null;
  /** Whether this is the person whom layouts with a speaker show large. */
  readonly isSpeaker: boolean;
}

/** A tile's place in the programme. */
export interface PlacedTile {
  readonly id: string;
  readonly rect: Rect;
  /** `cover` crops the video to the rectangle; `contain` leaves bars. */
  readonly fit: 'cover' | 'contain';
  /** Whether the tile reaches the picture's edges, and has no frame and no rounded corners. */
  readonly isBleeding: boolean;
  /** Whether the tile lies on top of others. */
  readonly isInset: boolean;
}

/** The maximum number of tiles in a picture. */
export const TILES_MAX = 9;

const SIZES: Record<SceneFormat, Size> = {
  wide: { width: 1280, height: 720 },
  vertical: { width: 720, height: 1280 },
};

/** The margin around tiles and the gap between them, in pixels. */
export const GAP = 16;
/** The share of the picture's longer side that the strip beside a speaker or screen takes. */
const STRIP_SHARE = 0.22;
/** The inset's share of the picture's width. */
const INSET_SHARE: Record<SceneFormat, number> = { wide: 0.26, vertical: 0.4 };
const CAMERA_ASPECT = 16 / 9;
/** The minimum aspect ratio of a person's tile. Narrower tiles would crop faces. */
const NARROWEST = 3 / 4;

/** Returns the programme's size in pixels. */
export function programmeSize(format: SceneFormat): Size {
  return SIZES[format];
}

/**
 * Arranges tiles in the picture, in painting order. All rectangles have integer coordinates and
 * sizes, and lie within the area.
 * @param options.area the part of the picture above the ticker
 * @param options.insetAt the corner of an inset
 */
export function layoutTiles(
  tiles: readonly LayoutTile[],
  options: {
    readonly layout: SceneLayout;
    readonly format: SceneFormat;
    readonly area: Rect;
    readonly insetAt: 'top-right' | 'bottom-right';
  },
): PlacedTile[] {
  const shown = tiles.slice(0, TILES_MAX);
  const people = shown.filter(({ kind }) => kind === 'camera');
  const screen = shown.find(({ kind }) => kind === 'screen');
  const { layout, format, area } = options;
  switch (layout) {
    case 'solo':
      return bleeding(people[0] ?? screen, area);
    case 'side-by-side': {
      const two = (people.length > 0 ? people : shown).slice(0, 2);
      if (two.length < 2) return bleeding(two[0], area);
      return columns(two, inner(area), format);
    }
    case 'grid':
      return shown.length === 1 ? bleeding(shown[0], area) : gridOf(shown, inner(area));
    case 'picture-in-picture': {
      const main = screen ?? people[0];
      const small = people.find((tile) => tile !== main);
      return [...bleeding(main, area), ...(small ? [inset(small, options)] : [])];
    }
    case 'speaker':
      return withStrip(speakerOf(people) ?? screen, shown, { format, area });
    case 'screen':
      return withStrip(screen ?? speakerOf(people), screen ? people : shown, { format, area });
    default:
      return layout satisfies never;
  }
}

function speakerOf(people: readonly LayoutTile[]): LayoutTile | undefined {
  return people.find(({ isSpeaker }) => isSpeaker) ?? people[0];
}

function bleeding(tile: LayoutTile | undefined, area: Rect): PlacedTile[] {
  return tile ? [{ ...framed(tile, area), isBleeding: true }] : [];
}

function framed({ id, kind }: LayoutTile, rect: Rect): PlacedTile {
  const fit = kind === 'camera' ? 'cover' : 'contain';
  return { id, rect: whole(rect), fit, isBleeding: false, isInset: false };
}

/** Places two tiles side by side or, in a vertical picture, one above the other. */
function columns(two: readonly LayoutTile[], box: Rect, format: SceneFormat): PlacedTile[] {
  const width = (box.width - GAP) / 2;
  const height = (box.height - GAP) / 2;
  return two.map((tile, at) =>
    framed(
      tile,
      format === 'wide'
        ? { x: box.x + at * (width + GAP), y: box.y, width, height: box.height }
        : { x: box.x, y: box.y + at * (height + GAP), width: box.width, height },
    ),
  );
}

/** Places a large tile, and the others in a strip beside it or, in a vertical picture, below it. */
function withStrip(
  main: LayoutTile | undefined,
  tiles: readonly LayoutTile[],
  { format, area }: { format: SceneFormat; area: Rect },
): PlacedTile[] {
  const others = tiles.filter((tile) => tile !== main);
  if (!main || others.length === 0) return bleeding(main, area);
  const box = inner(area);
  const strip = Math.round((format === 'wide' ? area.width : area.height) * STRIP_SHARE);
  const [large, small] =
    format === 'wide'
      ? [
          { ...box, width: box.width - strip - GAP },
          { ...box, x: box.x + box.width - strip, width: strip },
        ]
      : [
          { ...box, height: box.height - strip - GAP },
          { ...box, y: box.y + box.height - strip, height: strip },
        ];
  return [framed(main, roomOf(main, large)), ...gridOf(others, small)];
}

/** Gives a screen's frame the shape of its video, so that no bars are visible. */
function roomOf({ kind, aspect }: LayoutTile, box: Rect): Rect {
  if (kind === 'camera' || aspect === null) return box;
  return centered({ width: aspect, height: 1 }, box);
}

function inset(
  tile: LayoutTile,
  { format, area, insetAt }: { format: SceneFormat; area: Rect; insetAt: string },
): PlacedTile {
  const width = area.width * INSET_SHARE[format];
  const height = width / CAMERA_ASPECT;
  const x = area.x + area.width - GAP - width;
  const y = insetAt === 'top-right' ? area.y + GAP : area.y + area.height - GAP - height;
  return { ...framed(tile, { x, y, width, height }), isInset: true };
}

/**
 * Places equal tiles in the number of columns that makes them largest. Centers an incomplete last
 * row.
 */
function gridOf(tiles: readonly LayoutTile[], box: Rect): PlacedTile[] {
  const count = tiles.length;
  const choices = tiles.map((_, at) => cellsOf(count, at + 1, box));
  const [best] = choices.toSorted((a, b) => b.width * b.height - a.width * a.height);
  if (!best) return [];
  const { width, height } = best;
  const rows = Math.ceil(count / best.columns);
  const top = box.y + (box.height - rows * height - (rows - 1) * GAP) / 2;
  return tiles.map((tile, at) => {
    const row = Math.floor(at / best.columns);
    const inRow = Math.min(best.columns, count - row * best.columns);
    const left = box.x + (box.width - inRow * width - (inRow - 1) * GAP) / 2;
    const x = left + (at % best.columns) * (width + GAP);
    return framed(tile, { x, y: top + row * (height + GAP), width, height });
  });
}

/** Returns the size of tiles in a grid with this many columns. */
function cellsOf(count: number, columnCount: number, box: Rect): Size & { columns: number } {
  const rows = Math.ceil(count / columnCount);
  const width = (box.width - (columnCount - 1) * GAP) / columnCount;
  const height = (box.height - (rows - 1) * GAP) / rows;
  const aspect = Math.min(CAMERA_ASPECT, Math.max(NARROWEST, width / height));
  const cell = containRect({ width: aspect, height: 1 }, { width, height });
  return { columns: columnCount, width: Math.floor(cell.width), height: Math.floor(cell.height) };
}

function inner({ x, y, width, height }: Rect): Rect {
  return { x: x + GAP, y: y + GAP, width: width - 2 * GAP, height: height - 2 * GAP };
}

function centered(shape: Size, box: Rect): Rect {
  const fitted = containRect(shape, box);
  return { ...fitted, x: box.x + fitted.x, y: box.y + fitted.y };
}

/** Rounds down, so that neighbors never overlap and equal tiles stay equal. */
function whole({ x, y, width, height }: Rect): Rect {
  return { x: floor(x), y: floor(y), width: floor(width), height: floor(height) };
}

/** Tolerates the error of floating-point sums. */
function floor(length: number): number {
  return Math.floor(length + 1e-6);
}
