import type { Size } from './rect.js';
import {
  type LowerThird,
  type OverlayPlaces,
  placeName,
  placeOverlays,
  tileArea,
  type WidthOf,
} from './overlay-layout.js';
import type { ProgrammeState, ProgrammeTile } from './programme-state.js';
import { layoutTiles, type PlacedTile } from './scene-layout.js';

/** A tile with its place and its name. */
export interface ViewedTile extends PlacedTile {
  readonly tile: ProgrammeTile;
  readonly name: LowerThird | null;
}

/** The layout of everything in the programme. */
export interface SceneView {
  readonly tiles: readonly ViewedTile[];
  readonly overlays: OverlayPlaces;
}

/**
 * Computes the positions of a scene's tiles, names and overlays.
 * @param sizes.videoSize returns the size of a tile's video, or null if it has none
 * @param sizes.logo the logo's size, or null if there is none
 */
export function viewScene(
  { format, scene, tiles, overlays: switched }: ProgrammeState,
  sizes: {
    readonly videoSize: (id: string) => Size | null;
    readonly logo: Size | null;
    readonly widthOf: WidthOf;
  },
): SceneView {
  const { widthOf } = sizes;
  const hasTicker = scene !== null && scene.ticker.trim() !== '';
  const corner = scene?.logo?.corner ?? 'top-left';
  const overlays = placeOverlays(
    {
      ticker: hasTicker,
      banner: switched.banner,
      logo: sizes.logo && { ...sizes.logo, corner },
      countdown: switched.countdownToMs !== null,
    },
    { format, widthOf },
  );
  if (scene === null || scene.fullscreen !== null) return { tiles: [], overlays };
  const placed = layoutTiles(
    tiles.map(({ id, kind, isSpeaker }) => ({ id, kind, isSpeaker, aspect: aspectOf(sizes, id) })),
    {
      layout: scene.layout,
      format,
      area: tileArea(format, hasTicker),
      insetAt: overlays.logo !== null && corner === 'bottom-right' ? 'top-right' : 'bottom-right',
    },
  );
  const banner = overlays.banner?.rect ?? null;
  return {
    overlays,
    tiles: placed.flatMap((place) => {
      const tile = tiles.find(({ id }) => id === place.id);
      if (!tile) return [];
      const name = scene.names ? placeName(place, tile.name, { banner, widthOf }) : null;
      return [{ ...place, tile, name }];
    }),
  };
}

function aspectOf({ videoSize }: { videoSize: (id: string) => Size | null }, id: string) {
  const size = videoSize(id);
  return size && size.width / size.height;
}
