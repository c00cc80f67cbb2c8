import { useState } from 'preact/hooks';
import { DoorOpen } from 'lucide';
import { GUEST_NAME_MAX, GUEST_NAME_MIN } from '../../../src/protocol/limits.js';
import { Button } from '../components/button.js';
import { Spinner } from '../components/spinner.js';
import { TextField } from '../components/text-field.js';
import { CameraControl, FlipControl } from '../studio/dock/camera-control.js';
import { LevelMeter } from '../studio/dock/level-meter.js';
import { MicrophoneControl } from '../studio/dock/microphone-control.js';
import { MutedHint, StageCover } from '../studio/stage-cover.js';
import { useShortcuts } from '../studio/use-shortcuts.js';
import { OwnPicture } from './own-picture.js';
import type { GuestVisit } from './guest-visit.js';

interface DeviceCheckProps {
  guest: GuestVisit;
  /** Present while the guest is waiting to enter. */
  entering?: { notice: string | null };
}

/** The camera and microphone check before a guest enters. */
export function DeviceCheck({ guest, entering }: DeviceCheckProps) {
  const { capture } = guest;
  const [error, setError] = useState<string | undefined>(undefined);
  useShortcuts(capture);

  function enter(): void {
    const problem = nameProblem(guest.name.value.trim());
    setError(problem);
    if (problem === undefined) guest.enter();
  }

  return (
    <div class="guest-check">
      <section class="guest-check-picture" aria-label="Preview">
        <div class="guest-preview">
          <OwnPicture capture={capture} />
          <StageCover capture={capture} name={guest.name.value || 'You'} audience="Others" />
          <MutedHint capture={capture} />
        </div>
        <div class="guest-dock" role="group" aria-label="Camera and microphone">
          <MicrophoneControl capture={capture} />
          <LevelMeter
            meter={capture.meter}
            muted={capture.sound.muted.value || capture.microphone.state.value.name !== 'on'}
          />
          <CameraControl capture={capture} />
          <FlipControl capture={capture} />
        </div>
      </section>
      <form
        class="guest-check-form"
        onSubmit={(event) => {
          event.preventDefault();
          enter();
        }}
      >
        <div class="panel-head">
          <h1>Join {guest.channel}’s stage</h1>
          <p class="muted">
            You are invited to appear in a live broadcast. No one can see or hear you until you
            enter, and viewers can’t until the host brings you on stage.
          </p>
        </div>
        <TextField
          label="Your name"
          value={guest.name.value}
          onInput={(name) => {
            guest.name.value = name;
            setError(undefined);
          }}
          hint="Viewers see it below your video."
          error={error}
          autocomplete="name"
          disabled={entering !== undefined}
          required
        />
        {entering === undefined ? (
          <Button variant="primary" size="l" type="submit" icon={DoorOpen} wide>
            Enter
          </Button>
        ) : (
          <Waiting notice={entering.notice} onStop={() => guest.giveUp()} />
        )}
      </form>
    </div>
  );
}

/** Shown while the guest is entering, or can't enter yet. */
function Waiting({ notice, onStop }: { notice: string | null; onStop: () => void }) {
  return (
    <div class="guest-waiting" role="status">
      <Spinner size={20} />
      <p>{notice === null ? 'Entering…' : `${notice} This page keeps trying.`}</p>
      {notice !== null && <Button onClick={onStop}>Stop</Button>}
    </div>
  );
}

/** Returns what is wrong with a name. Counts code points, as the server does. */
function nameProblem(name: string): string | undefined {
  const { length } = Array.from(name);
  return length < GUEST_NAME_MIN || length > GUEST_NAME_MAX
    ? `Enter a name of ${GUEST_NAME_MIN} to ${GUEST_NAME_MAX} characters.`
    : undefined;
}
