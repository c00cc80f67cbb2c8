import type { Lab } from '../lab.js';
import type { Programme } from '../programme.js';
import type { Tool } from '../toolbox.js';

/**
 * Live HLS, live HLS from its oldest segment, a recording, a recording with a size change, live HLS
 * with a size change, WHEP, WebRTC.
 */
export type Scenario =
  | 'live'
  | 'rewind'
  | 'recording'
  | 'size change'
  | 'live size change'
  | 'whep'
  | 'webrtc';

export type Player = Readonly<{
  /** The name on the command line. */
  name: string;
  client: string;
  tools: readonly Tool[];
  scenarios: readonly Scenario[];
  /** Advice for the players table; empty if there is none. */
  whatToSet: string;
  /**
   * The command for the players page. It differs from the command that runs only in its sinks and
   * address.
   */
  command?: string;
  /** Observations that don't fit into the table, in Markdown, for the players page. */
  remarks?: string;
  version(lab: Lab): Promise<string>;
  /**
   * Plays live streams for about {@link PLAYED_S}, and recordings for longer; resolves with what
   * was seen.
   */
  play(lab: Lab, scenario: Scenario, programme: Played): Promise<string>;
}>;

/** The part of {@link Programme} that {@link Player.play} needs. */
export type Played = Pick<Programme, 'channel' | 'recordingUrl' | 'resizedUrl'>;

export const PLAYED_S = 10;

export const urlOf = (
  lab: Lab,
  scenario: Scenario,
  { channel, recordingUrl, resizedUrl }: Played,
): string =>
  ({
    live: channel.hlsUrl,
    rewind: channel.hlsUrl,
    'live size change': channel.hlsUrl,
    recording: recordingUrl,
    'size change': resizedUrl,
    webrtc: `${lab.onair.url}/${channel.name}`,
    whep: `${lab.onair.url}/whep/${channel.name}`,
  })[scenario];

/** Returns the URL for a program on the second machine. */
export const lanUrlOf = (lab: Lab, scenario: Scenario, programme: Played): string =>
  urlOf(lab, scenario, programme).replace(lab.onair.url, lab.onair.lanUrl);
