import type { MixedVideo, PictureSize } from '../../broadcast/ports/stage.js';
import type { WidthOf } from '../../programme/overlay-layout.js';
import {
  type ProgrammeState,
  type ProgrammeTile,
  videoKey,
} from '../../programme/programme-state.js';
import type { TileKind } from '../../programme/scene-layout.js';
import { type SceneView, viewScene } from '../../programme/scene-view.js';
import type { MixProgramme } from '../../protocol/stage.js';
import type { Participant } from '../room/participant.js';

/** A tile, and the participant whom it shows. */
type MixTile = ProgrammeTile & Readonly<{ participant: string }>;

/** The layout of the mixer's output. */
export type MixedScene = Readonly<{
  state: ProgrammeState;
  view: SceneView;
  videos: readonly MixedVideo[];
}>;

/**
 * Returns the participants in the server's mix: everyone on stage, except a host who has left.
 * Guests who are reconnecting keep their tiles.
 */
export function mixedParticipants(participants: readonly Participant[]): Participant[] {
  return participants.filter(
    ({ role, place, connection }) =>
      place === 'on-stage' && (role === 'guest' || connection !== null),
  );
}

/** Computes the positions of everyone and everything in the mixer's output. */
export function mixedScene(
  { format, scene, overlays }: MixProgramme,
  participants: readonly Participant[],
  sizes: Readonly<{
    videoSize: (participant: string, kind: TileKind) => PictureSize | null;
    logo: PictureSize | null;
    widthOf: WidthOf;
  }>,
): MixedScene {
  const tiles = participants.flatMap(tilesOf);
  const state = { format, scene, overlays, tiles };
  const find = (id: string) => tiles.find((tile) => tile.id === id);
  const view = viewScene(state, {
    ...sizes,
    videoSize: (id) => {
      const tile = find(id);
      return tile ? sizes.videoSize(tile.participant, tile.kind) : null;
    },
  });
  const videos = view.tiles.flatMap(({ id, rect, fit }) => {
    const tile = find(id);
    return tile ? [{ participant: tile.participant, source: tile.kind, rect, fit }] : [];
  });
  return { state, view, videos };
}

function tilesOf({ id: participant, name, connection }: Participant): MixTile[] {
  const tile = (kind: TileKind): MixTile => {
    const id = videoKey(participant, kind);
    return { id, kind, name, participant, isSpeaking: false, isSpeaker: false };
  };
  const isSharing = connection?.media.sends.includes('screen') ?? false;
  return [tile('camera'), ...(isSharing ? [tile('screen')] : [])];
}
