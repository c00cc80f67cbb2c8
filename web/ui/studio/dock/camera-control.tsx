import { SwitchCamera, Video, VideoOff } from 'lucide';
import type { Capture } from '../../../client/capture/capture.js';
import type { MenuItem } from '../../components/menu.js';
import { DockButton } from './dock-button.js';

/** Turns the camera on or off, including its light. */
export function toggleCamera(capture: Capture): void {
  if (capture.camera.state.value.name === 'on') capture.camera.close();
  else void capture.camera.open();
}

export function CameraControl({ capture }: { capture: Capture }) {
  const { name } = capture.camera.state.value;
  const on = name === 'on';
  return (
    <DockButton
      icon={on ? Video : VideoOff}
      label={on ? 'Stop camera' : 'Start camera'}
      tone={on || name === 'asking' ? 'plain' : 'off'}
      shortcut="V"
      busy={name === 'asking'}
      onClick={() => toggleCamera(capture)}
      menu={{ label: 'Choose camera', items: cameraItems(capture) }}
    />
  );
}

/**
 * Switches between the front and back cameras. Only phone cameras report the direction they face.
 */
export function FlipControl({ capture }: { capture: Capture }) {
  const state = capture.camera.state.value;
  const facing = state.name === 'on' ? state.track.getSettings().facingMode : undefined;
  if (facing === undefined || capture.devices.cameras.value.length < 2) return null;
  return (
    <DockButton
      icon={SwitchCamera}
      label="Flip"
      what={facing === 'user' ? 'to the back camera' : 'to the front camera'}
      onClick={() => void capture.flipCamera()}
    />
  );
}

function cameraItems(capture: Capture): MenuItem[] {
  const { track } = capture.camera;
  const current = track?.getSettings().deviceId ?? null;
  const items: MenuItem[] = capture.devices.cameras.value.map(({ id, label }) => ({
    kind: 'choice',
    label,
    checked: id === current,
    onSelect: () => void capture.chooseCamera(id),
  }));
  return [
    ...items,
    {
      kind: 'choice',
      label: 'No camera',
      checked: track === null,
      onSelect: () => capture.camera.close(),
    },
  ];
}
