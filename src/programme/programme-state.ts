import type { Overlays, Scene, SceneFormat } from '../protocol/scene.js';
import type { TileKind } from './scene-layout.js';

/** A tile, as the programme shows it. */
export interface ProgrammeTile {
  /** The key of its video; see {@link videoKey}. */
  readonly id: string;
  readonly kind: TileKind;
  readonly name: string;
  /** Whether the person is speaking. If so, the tile has a frame in the accent color. */
  readonly isSpeaking: boolean;
  /** Whether layouts with a speaker show this person large. */
  readonly isSpeaker: boolean;
}

/** Everything that the programme shows, except the videos and pictures themselves. */
export interface ProgrammeState {
  readonly format: SceneFormat;
  /** Null before the first scene; the picture is then a plain background. */
  readonly scene: Scene | null;
  readonly tiles: readonly ProgrammeTile[];
  readonly overlays: Overlays;
}

/** Returns the key of a tile's video. */
export function videoKey(participant: string, kind: TileKind): string {
  return `${kind}:${participant}`;
}

/** Returns the key of an asset's picture or video. */
export function assetKey(asset: string): string {
  return `asset:${asset}`;
}
