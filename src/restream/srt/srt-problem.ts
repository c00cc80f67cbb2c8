import type { RestreamProblem } from '../../protocol/restream.js';
import { SRT_REJECTION as REJECTION } from '../../srt/srt-messages.js';

/** If a server gives no reason, the stream id is assumed to be wrong. */
const PROBLEMS: ReadonlyMap<number, RestreamProblem> = new Map([
  [REJECTION.notAttempted, 'srt_failed'],
  [REJECTION.unknown, 'key_refused'],
  [REJECTION.system, 'busy'],
  [REJECTION.peer, 'key_refused'],
  [REJECTION.resource, 'busy'],
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

/** Returns the problem that the studio shows if a connection can't be opened for this reason. */
export const problemOf = (reason: number): RestreamProblem => PROBLEMS.get(reason) ?? 'refused';
