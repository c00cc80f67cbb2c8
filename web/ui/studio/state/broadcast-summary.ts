import type { BroadcastView, EndReason } from '../../../../src/protocol/broadcast.js';
import { assertNever } from '../../../../src/protocol/assert-never.js';

/** The figures that the studio shows after a broadcast. */
export interface BroadcastSummary {
  readonly broadcastId: string;
  readonly channel: string;
  readonly title: string;
  readonly lengthMs: number;
  readonly peakViewers: number;
  readonly reason: EndReason | null;
}

/**
 * The values that this page has observed. They are used if the server's last update precedes the
 * end.
 */
export interface Observed {
  readonly endedAtMs: number;
  readonly peakViewers: number;
  readonly reason: EndReason | null;
}

/**
 * Summarizes a broadcast with the server's figures if available, otherwise with the observed
 * values.
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

/** Returns a sentence that says why the broadcast ended. */
export function endSentence(reason: EndReason | null): string {
  switch (reason) {
    case 'publisher_ended':
      return 'You ended the broadcast.';
    case 'administrator_ended':
      return 'An administrator ended the broadcast.';
    case 'grace_elapsed':
    case null:
      return 'You were away for too long, so the broadcast ended.';
    case 'never_started':
      return 'No video or audio arrived, so the broadcast ended.';
    case 'channel_deleted':
      return 'The channel was deleted.';
    case 'server_stopped':
      return 'The server was shut down.';
    default:
      return assertNever(reason);
  }
}
