import { useEffect } from 'preact/hooks';
import { assertNever } from '../../../src/protocol/assert-never.js';
import { keepScreenOn } from '../shell/keep-screen-on.js';
import { useLeaveGuard } from '../shell/use-leave-guard.js';
import { DeviceCheck } from './device-check.js';
import type { GuestPhase, GuestVisit } from './guest-visit.js';
import { Inside } from './inside.js';
import { Outside } from './outside.js';
import { tallyOf } from './tally.js';
import './guest-page.css';

/** The guest page, from the device check to the end of the visit. */
export function GuestPage({ guest }: { guest: GuestVisit }) {
  const phase = guest.phase.value;
  const isInside = phase.name === 'inside';
  useLeaveGuard(isInside && phase.you.place === 'on-stage');
  useEffect(() => (isInside ? keepScreenOn() : undefined), [isInside]);
  return (
    <>
      <div class="visually-hidden" role="status">
        <p>{isInside && tallyOf(phase).sentence}</p>
        <p>{guest.capture.sound.muted.value && 'Your microphone is muted.'}</p>
      </div>
      <Content guest={guest} phase={phase} />
    </>
  );
}

function Content({ guest, phase }: { guest: GuestVisit; phase: GuestPhase }) {
  switch (phase.name) {
    case 'check':
    case 'entering':
      return <DeviceCheck guest={guest} {...(phase.name === 'entering' && { entering: phase })} />;
    case 'inside':
      return <Inside guest={guest} phase={phase} />;
    case 'outside':
      return (
        <Outside
          channel={guest.channel}
          farewell={phase.farewell}
          onEnter={() => guest.checkAgain()}
        />
      );
    default:
      return assertNever(phase);
  }
}
