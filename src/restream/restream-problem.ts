import type { RestreamProblem } from '../protocol/restream.js';

/** What happened and what to do, in words that contain nothing that the target's server sent. */
const REASONS: Readonly<Record<RestreamProblem, string>> = {
  unreachable: 'The server is unreachable or did not respond within 10 seconds. Check the address.',
  address_refused: 'The host has no public address, or its port isn’t allowed. Check the address.',
  certificate_invalid:
    'The server’s certificate is invalid. Check the address, or ask the server’s operator.',
  not_rtmp: 'The server doesn’t speak RTMP. Check the address.',
  refused: 'The server refused the connection. Check the address.',
  key_refused:
    'The server refused the stream key or stream ID. Check it, and whether it is in use.',
  closed: 'The server closed the connection.',
  stalled:
    'The server stopped reading, or the connection is too slow. Choose a lower bitrate if this repeats.',
  codec: 'Only H.264 video can be restreamed. Choose H.264 in the encoder or browser.',
  b_frames:
    'The video has B-frames, which WebRTC can’t carry. Turn B-frames off in the encoder, or choose a zero-latency setting.',
  no_media: 'The broadcast has no media at the moment.',
  tracks_changed: 'The publisher changed the codec.',
  passphrase_refused:
    'The server refused the passphrase, or only one side encrypts. Check the passphrase.',
  srt_missing:
    'This server can’t send over SRT at the moment. If this repeats, its administrator has to install Python 3 and libsrt.',
  srt_failed: 'Sending over SRT failed on this server. If this repeats, tell its administrator.',
  not_whip: 'The server doesn’t speak WHIP at this address. Check the address.',
  endpoint_missing: 'The server has no WHIP endpoint at this address. Check the address.',
  token_refused: 'The server refused the token. Check the token, and whether it has expired.',
  in_use: 'The server already receives another stream here. End that one first.',
  media_refused:
    'The server accepts none of the broadcast’s codecs. Choose H.264 in the encoder or browser.',
  media_unreachable:
    'The server accepted the stream, but no media reaches it. Its UDP address isn’t public or is blocked by a firewall.',
  busy: 'The server is busy or failed. Ask its operator if this repeats.',
};

/** Reports why a connection to a target failed or ended. Never contains the stream key. */
export class RestreamError extends Error {
  readonly problem: RestreamProblem;
  /** The minimum delay that the server requests before another attempt, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(problem: RestreamProblem, { retryAfterMs = 0 } = {}) {
    super(reasonFor(problem));
    this.name = 'RestreamError';
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Returns what happened and what to do, as a sentence. */
export function reasonFor(problem: RestreamProblem): string {
  return REASONS[problem];
}
