import type { BroadcastView, EndReason } from '../../../../src/protocol/broadcast.js';
import { assertNever } from '../../../client/assert-never.js';

/** The summary of a broadcast. */
export interface BroadcastSummary {
  readonly broadcastId: string;
  readonly channel: string;
  readonly title: string;
  readonly lengthMs: number;
  readonly peakViewers: number;
  readonly reason: EndReason | null;
}

/** What this page observed, for when the server's last update precedes the end. */
export interface Observed {
  readonly endedAtMs: number;
  readonly peakViewers: number;
  readonly reason: EndReason | null;
}

/**
 * Summarizes a broadcast by the server's figures where available, otherwise by what was observed.
 */
export function summaryOf(broadcast: BroadcastView, observed: Observed): BroadcastSummary {
  const endedAtMs = broadcast.endedAt === null ? observed.endedAtMs : Date.parse(broadcast.endedAt);
  return {
    broadcastId: broadcast.id,
    channel: broadcast.channel,
    title: broadcast.title,
    lengthMs: Math.max(0, endedAtMs - Date.parse(broadcast.startedAt)),
    peakViewers: Math.max(broadcast.peakViewers, observed.peakViewers),
    reason: broadcast.endReason ?? observed.reason,
  };
}

/** Why the broadcast ended, as a sentence. */
export function endSentence(reason: EndReason | null): string {
  switch (reason) {
    case 'publisher_ended':
      return 'You ended the broadcast.';
    case 'administrator_ended':
      return 'An administrator of this service ended it.';
    case 'grace_elapsed':
    case null:
      return 'You were away for too long, so the broadcast was ended.';
    case 'never_started':
      return 'No picture or sound arrived, so the broadcast was ended.';
    case 'channel_deleted':
      return 'The channel was deleted.';
    case 'server_stopped':
      return 'The server was stopped.';
    default:
      return assertNever(reason);
  }
}
