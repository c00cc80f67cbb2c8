import type { RestreamProblem } from '../protocol/restream.js';

/** What happened and what to do. Contains nothing that the target's server sent. */
const REASONS: Readonly<Record<RestreamProblem, string>> = {
  unreachable: 'The server is unreachable or did not respond within 10 seconds. Check the address.',
  address_refused: 'The host has no public address, or its port isn’t allowed. Check the address.',
  certificate_invalid:
    'The server’s certificate is invalid. Check the address, or ask the server’s operator.',
  not_rtmp: 'The server doesn’t speak RTMP. Check the address.',
  refused: 'The server refused the connection. Check the address.',
  key_refused: 'The server refused the stream key. Check the key, and whether it is in use.',
  closed: 'The server closed the connection.',
  stalled:
    'The server stopped reading, or the connection is too slow. Choose a lower bitrate if this repeats.',
  codec: 'Only H.264 video can be sent on. Choose H.264 in the encoder or browser.',
};

/** Why a connection to a target failed or ended. Never contains the stream key. */
export class RestreamError extends Error {
  constructor(readonly problem: RestreamProblem) {
    super(reasonFor(problem));
    this.name = 'RestreamError';
  }
}

/** Returns what happened and what to do, in words. */
export function reasonFor(problem: RestreamProblem): string {
  return REASONS[problem];
}
