import type { Lab } from '../lab.js';
import type { Programme } from '../programme.js';
import type { Tool } from '../toolbox.js';

/** What is played: live HLS, the same from its oldest segment, a recording, one whose picture changes its size, WebRTC. */
export type Way = 'live' | 'rewind' | 'recording' | 'size change' | 'whep' | 'webrtc';

export type Player = Readonly<{
  /** Picks it on the command line. */
  name: string;
  client: string;
  tools: readonly Tool[];
  ways: readonly Way[];
  /** For the table of players; empty: nothing. */
  whatToSet: string;
  version(lab: Lab): Promise<string>;
  /** Plays for {@link PLAYED_S} at most; resolves with what was seen. */
  play(lab: Lab, way: Way, programme: Programme): Promise<string>;
}>;

export const PLAYED_S = 10;

export const urlOf = (
  lab: Lab,
  way: Way,
  { channel, recordingUrl, resizedUrl }: Programme,
): string =>
  ({
    live: channel.hlsUrl,
    rewind: channel.hlsUrl,
    recording: recordingUrl,
    'size change': resizedUrl,
    webrtc: `${lab.onair.url}/${channel.name}`,
    whep: `${lab.onair.url}/whep/${channel.name}`,
  })[way];

/** The same for a program on the other machine. */
export const lanUrlOf = (lab: Lab, way: Way, programme: Programme): string =>
  urlOf(lab, way, programme).replace(lab.onair.url, lab.onair.lanUrl);
