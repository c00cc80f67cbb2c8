import { assertNever } from '../../../../src/protocol/assert-never.js';
import type { RestreamTarget } from '../../../../src/protocol/restream.js';
import { bitrate } from '../../format/quantity.js';

/** Describes a target's current state. */
export function restreamWords({ enabled, status }: RestreamTarget): string {
  const { state, reason, bitrateBps } = status;
  switch (state) {
    case 'off':
      return enabled ? 'Starts with your broadcast' : 'Off';
    case 'waiting':
      return 'Waiting for media';
    case 'connecting':
      return 'Connecting';
    case 'sending':
      return bitrateBps ? `Connected, ${bitrate(bitrateBps)}` : 'Connected';
    case 'retrying':
      return `${reason} Retrying.`;
    case 'unsupported':
      return reason;
    default:
      return assertNever(state);
  }
}

/** Whether a target has a problem. */
export const isTroubled = ({ status }: RestreamTarget): boolean => status.problem !== null;
