import type { RestreamProblem } from '../../protocol/restream.js';
import { SRT_REJECTION as REJECTION } from '../../srt/srt-messages.js';

/** Servers that don't know a stream id, or give no reason, mean the stream id. */
const PROBLEMS: ReadonlyMap<number, RestreamProblem> = new Map([
  [REJECTION.peer, 'key_refused'],
  [REJECTION.backlog, 'busy'],
  [REJECTION.badSecret, 'passphrase_refused'],
  [REJECTION.unsecure, 'passphrase_refused'],
  [REJECTION.timeout, 'unreachable'],
  [REJECTION.crypto, 'passphrase_refused'],
  [REJECTION.fallback, 'key_refused'],
  [REJECTION.unauthorized, 'key_refused'],
  [REJECTION.overload, 'busy'],
  [REJECTION.forbidden, 'key_refused'],
  [REJECTION.notFound, 'key_refused'],
  [REJECTION.conflict, 'in_use'],
  [REJECTION.locked, 'in_use'],
  [REJECTION.internalError, 'busy'],
  [REJECTION.unavailable, 'busy'],
]);

/** Returns what the studio shows for the reason with which a server rejected a connection. */
export const problemOf = (reason: number): RestreamProblem => PROBLEMS.get(reason) ?? 'refused';
