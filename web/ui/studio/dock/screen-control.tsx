import { ScreenShare, ScreenShareOff } from 'lucide';
import type { Capture } from '../../../client/capture/capture.js';
import { CORNERS, type Corner } from '../../../client/capture/capture-settings.js';
import type { MenuItem } from '../../components/menu.js';
import { toast } from '../../components/toast.js';
import { DockButton } from './dock-button.js';

const cornerLabels: Record<Corner, string> = {
  'top-left': 'Camera top left',
  'top-right': 'Camera top right',
  'bottom-left': 'Camera bottom left',
  'bottom-right': 'Camera bottom right',
};

/** Starts and stops screen sharing, and selects the corner in which the camera appears. */
export function ScreenControl({ capture, mixed }: { capture: Capture; mixed: boolean }) {
  if (!capture.screen.supported) return null;
  const { name } = capture.screen.state.value;
  const on = name === 'on';
  return (
    <DockButton
      icon={on ? ScreenShareOff : ScreenShare}
      label={on ? 'Stop sharing' : 'Share screen'}
      tone={on ? 'on' : 'plain'}
      busy={name === 'asking'}
      onClick={() => {
        if (on) capture.screen.stop();
        else void share(capture);
      }}
      {...(on && !mixed && { menu: { label: 'Screen layout', items: layoutItems(capture) } })}
    />
  );
}

async function share(capture: Capture): Promise<void> {
  void capture.wake();
  const problem = await capture.shareScreen();
  if (problem === null) return;
  // Closing the picker isn't an error, but the user may have done it by accident.
  if (problem.kind === 'cancelled') toast({ text: problem.message });
  else toast({ text: problem.message, tone: 'danger' });
}

function layoutItems(capture: Capture): MenuItem[] {
  const { screenLayout, corner } = capture.choices.value;
  const beside = screenLayout === 'beside';
  return [
    {
      kind: 'choice',
      label: 'Screen only',
      checked: !beside,
      onSelect: () => capture.setScreenLayout('screen'),
    },
    { kind: 'separator' },
    ...CORNERS.map((candidate): MenuItem => ({
      kind: 'choice',
      label: cornerLabels[candidate],
      checked: beside && corner === candidate,
      onSelect: () => {
        capture.setCorner(candidate);
        capture.setScreenLayout('beside');
      },
    })),
  ];
}
