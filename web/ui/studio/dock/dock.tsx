import { useState } from 'preact/hooks';
import { Settings } from 'lucide';
import type { Capture } from '../../../client/capture/capture.js';
import type { OnAir } from '../state/on-air.js';
import type { OwnChannels } from '../state/own-channels.js';
import { CameraControl, FlipControl } from './camera-control.js';
import { DockButton } from './dock-button.js';
import { LevelMeter } from './level-meter.js';
import { MicrophoneControl } from './microphone-control.js';
import { ScreenControl } from './screen-control.js';
import { SettingsDialog } from '../settings/settings-dialog.js';
import './dock.css';

interface DockProps {
  capture: Capture;
  channels: OwnChannels;
  onAir: OnAir;
  /**
   * Whether an encoder publishes instead of this page, in which case the page's camera and
   * microphone aren't used.
   */
  fromProgram: boolean;
  /**
   * Whether scenes arrange camera and screen, in which case there are no layouts to choose for the
   * screen.
   */
  mixed: boolean;
}

/** The controls under the preview. */
export function Dock({ capture, channels, onAir, fromProgram, mixed }: DockProps) {
  const [settings, setSettings] = useState(false);
  const heard = capture.microphone.state.value.name === 'on';
  return (
    <div class="dock" role="group" aria-label="Camera, microphone and screen">
      {!fromProgram && (
        <>
          <MicrophoneControl capture={capture} />
          <LevelMeter meter={capture.meter} muted={capture.sound.muted.value || !heard} />
          <CameraControl capture={capture} />
          <FlipControl capture={capture} />
          <ScreenControl capture={capture} mixed={mixed} />
        </>
      )}
      <DockButton icon={Settings} label="Settings" onClick={() => setSettings(true)} />
      {settings && (
        <SettingsDialog
          capture={capture}
          channels={channels}
          onAir={onAir}
          onClose={() => setSettings(false)}
        />
      )}
    </div>
  );
}
