import { assertNever } from '../../../src/protocol/assert-never.js';
import type { Phase } from './state/on-air.js';

/** Announces changes to the broadcast and the microphone to screen readers. */
export function Announcer({ phase, muted }: { phase: Phase; muted: boolean }) {
  return (
    <div class="visually-hidden" role="status">
      <p>{phaseSentence(phase)}</p>
      <p>{muted && 'Your microphone is muted.'}</p>
    </div>
  );
}

function phaseSentence(phase: Phase): string {
  switch (phase.name) {
    case 'ready':
      return '';
    case 'resumable':
      return phase.broadcast.state === 'interrupted'
        ? 'Your broadcast was interrupted. You can resume it.'
        : 'Your channel is live.';
    case 'starting':
      return 'Going live.';
    case 'live':
      return 'You are live.';
    case 'reconnecting':
      return 'Connection lost. Reconnecting.';
    case 'ended':
      return 'The broadcast has ended.';
    default:
      return assertNever(phase);
  }
}
