import { LogOut, ScreenShare, ScreenShareOff } from 'lucide';
import type { StageParticipant } from '../../../src/protocol/stage.js';
import type { Capture } from '../../client/capture/capture.js';
import { confirm } from '../components/confirm.js';
import { toast } from '../components/toast.js';
import { CameraControl, FlipControl } from '../studio/dock/camera-control.js';
import { DockButton } from '../studio/dock/dock-button.js';
import { MicrophoneControl } from '../studio/dock/microphone-control.js';
import type { GuestVisit } from './guest-visit.js';

/** The guest's own controls. */
export function GuestDock({ guest, you }: { guest: GuestVisit; you: StageParticipant }) {
  const { capture } = guest;
  return (
    <div class="guest-dock" role="group" aria-label="Your controls">
      <MicrophoneControl capture={capture} />
      <CameraControl capture={capture} />
      <FlipControl capture={capture} />
      {you.mayShareScreen && capture.screen.supported && <ShareControl capture={capture} />}
      <DockButton icon={LogOut} label="Leave" onClick={() => void leave(guest)} />
    </div>
  );
}

function ShareControl({ capture }: { capture: Capture }) {
  const { name } = capture.screen.state.value;
  const isOn = name === 'on';
  return (
    <DockButton
      icon={isOn ? ScreenShareOff : ScreenShare}
      label={isOn ? 'Stop sharing' : 'Share screen'}
      tone={isOn ? 'on' : 'plain'}
      busy={name === 'asking'}
      onClick={() => {
        if (isOn) capture.screen.stop();
        else void share(capture);
      }}
    />
  );
}

async function share(capture: Capture): Promise<void> {
  const problem = await capture.shareScreen();
  if (problem === null) return;
  if (problem.kind === 'cancelled') toast({ text: problem.message });
  else toast({ text: problem.message, tone: 'danger' });
}

async function leave(guest: GuestVisit): Promise<void> {
  const isSure = await confirm({
    title: 'Leave the stage?',
    text: 'The host and viewers will no longer see you. You can return with the same link.',
    action: 'Leave',
    cancel: 'Stay',
  });
  if (isSure) guest.leave();
}
