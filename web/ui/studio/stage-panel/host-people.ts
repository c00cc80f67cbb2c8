import type { StageParticipant } from '../../../../src/protocol/stage.js';
import type { RemoteTrack } from '../../../client/stage/stage-media.js';
import type { StageTile } from '../../../client/stage/stage-mix.js';

/** The host's id in the mix, which doesn't change when the host reconnects. */
export const HOST = 'host';

/** The id of the file that the host plays in the mix. */
export const PLAYED = 'played-file';

/** The host's own sources. */
export type HostSources = {
  readonly name: string;
  readonly isSharing: boolean;
  /** The file that is shown; null if there is none. */
  readonly played: Readonly<{ name: string; fills: boolean }> | null;
};

/**
 * Returns the tiles of the programme, in order: a file that is being played, the host, and the
 * guests on stage in order of arrival. Guests who are reconnecting keep their tiles. A file that
 * fills the frame is the only tile.
 */
export function tilesOf(
  host: HostSources,
  participants: readonly StageParticipant[],
): readonly StageTile[] {
  const guests = participants.filter(({ role, place }) => role === 'guest' && place === 'on-stage');
  const { played } = host;
  // Layouts with a screen show the first one large.
  const files = played ? [{ participant: PLAYED, kind: 'screen', name: played.name } as const] : [];
  if (played?.fills === true) return files;
  return [
    ...files,
    { participant: HOST, kind: 'camera', name: host.name },
    ...(host.isSharing ? [{ participant: HOST, kind: 'screen', name: host.name } as const] : []),
    ...guests.flatMap(({ id, name, sends }): StageTile[] => [
      { participant: id, kind: 'camera', name },
      ...(sends.includes('screen') ? [{ participant: id, kind: 'screen', name } as const] : []),
    ]),
  ];
}

/** Returns the track of one source of a participant, or null. */
export function trackOf(
  tracks: readonly RemoteTrack[],
  participant: string,
  source: RemoteTrack['source'],
): RemoteTrack | null {
  return tracks.find((one) => one.participant === participant && one.source === source) ?? null;
}
