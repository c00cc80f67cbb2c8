import { Mic, MicOff } from 'lucide';
import type { Capture } from '../../../client/capture/capture.js';
import type { MenuItem } from '../../components/menu.js';
import { DockButton } from './dock-button.js';

/** Mutes or unmutes the microphone, or turns it on if it is off. */
export function toggleMicrophone(capture: Capture): void {
  void capture.wake();
  if (capture.microphone.state.value.name === 'on') {
    capture.sound.setMuted(!capture.sound.muted.value);
  } else {
    capture.sound.setMuted(false);
    void capture.microphone.open();
  }
}

export function MicrophoneControl({ capture }: { capture: Capture }) {
  const { name } = capture.microphone.state.value;
  const muted = capture.sound.muted.value;
  const on = name === 'on';
  return (
    <DockButton
      icon={on && !muted ? Mic : MicOff}
      label={on ? (muted ? 'Unmute' : 'Mute') : 'Start mic'}
      what={on ? 'microphone' : undefined}
      tone={(on && !muted) || name === 'asking' ? 'plain' : 'off'}
      shortcut="M"
      busy={name === 'asking'}
      onClick={() => toggleMicrophone(capture)}
      menu={{ label: 'Choose microphone', items: microphoneItems(capture) }}
    />
  );
}

function microphoneItems(capture: Capture): MenuItem[] {
  const { track } = capture.microphone;
  const current = track?.getSettings().deviceId ?? null;
  const items: MenuItem[] = capture.devices.microphones.value.map(({ id, label }) => ({
    kind: 'choice',
    label,
    checked: id === current,
    onSelect: () => void capture.chooseMicrophone(id),
  }));
  return [
    ...items,
    {
      kind: 'choice',
      label: 'No microphone',
      checked: track === null,
      onSelect: () => capture.microphone.close(),
    },
  ];
}
