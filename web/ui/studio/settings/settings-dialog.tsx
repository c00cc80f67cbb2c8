import { at } from '../../../client/base-path.js';
import type { Capture } from '../../../client/capture/capture.js';
import { FRAME_RATES, RESOLUTIONS } from '../../../client/capture/capture-settings.js';
import type { CaptureDevice } from '../../../client/capture/device-list.js';
import { DoneDialog } from '../../components/done-dialog.js';
import { Select, type SelectOption } from '../../components/select.js';
import { Switch } from '../../components/switch.js';
import type { OnAir } from '../state/on-air.js';
import type { OwnChannels } from '../state/own-channels.js';
import { RecordingSettings } from './recording-settings.js';
import { RestreamSettings } from './restream-settings.js';
import { SharingSettings } from './sharing-settings.js';
import { VisibilitySettings } from './visibility-settings.js';
import './settings-dialog.css';

export interface SettingsDialogProps {
  capture: Capture;
  channels: OwnChannels;
  onAir: OnAir;
  onClose: () => void;
}

/**
 * The dialog for the capture settings, which apply immediately, even while live, and for the
 * audience, which must be saved.
 */
export function SettingsDialog({ capture, channels, onAir, onClose }: SettingsDialogProps) {
  const { settings } = capture.choices.value;
  const channel = channels.chosen.value?.name;
  return (
    <DoneDialog title="Settings" onClose={onClose}>
      <div class="settings">
        <fieldset class="settings-group">
          <legend>Video</legend>
          <DeviceSelect
            label="Camera"
            devices={capture.devices.cameras.value}
            track={capture.camera.track}
            onChoose={(id) => void capture.chooseCamera(id)}
          />
          <div class="settings-pair">
            <Select
              label="Resolution"
              value={String(settings.resolution)}
              options={RESOLUTIONS.map((height) => ({
                value: String(height),
                label: `${height}p`,
              }))}
              onChange={(chosen) => {
                const resolution = RESOLUTIONS.find((height) => String(height) === chosen);
                if (resolution !== undefined) void capture.change({ resolution });
              }}
            />
            <Select
              label="Frame rate"
              value={String(settings.frameRate)}
              options={FRAME_RATES.map((rate) => ({
                value: String(rate),
                label: `${rate} fps`,
              }))}
              onChange={(chosen) => {
                const frameRate = FRAME_RATES.find((rate) => String(rate) === chosen);
                if (frameRate !== undefined) void capture.change({ frameRate });
              }}
            />
          </div>
          <p class="field-hint">Higher values need a faster upload and computer.</p>
          <Switch
            label="Mirror my preview"
            hint="Viewers never see it mirrored"
            checked={settings.mirrorPreview}
            onChange={(mirrorPreview) => void capture.change({ mirrorPreview })}
          />
        </fieldset>
        <fieldset class="settings-group">
          <legend>Audio</legend>
          <DeviceSelect
            label="Microphone"
            devices={capture.devices.microphones.value}
            track={capture.microphone.track}
            onChoose={(id) => void capture.chooseMicrophone(id)}
          />
          <Switch
            label="Echo cancellation"
            hint="Turn off only with headphones or for music"
            checked={settings.echoCancellation}
            onChange={(echoCancellation) => void capture.change({ echoCancellation })}
          />
          <Switch
            label="Noise suppression"
            hint="Removes sounds such as fans and keyboards"
            checked={settings.noiseSuppression}
            onChange={(noiseSuppression) => void capture.change({ noiseSuppression })}
          />
          <Switch
            label="Automatic gain"
            hint="Keeps your voice at an even volume"
            checked={settings.autoGainControl}
            onChange={(autoGainControl) => void capture.change({ autoGainControl })}
          />
        </fieldset>
        {channel !== undefined && (
          <>
            <VisibilitySettings
              channel={channel}
              onAir={onAir}
              onChanged={() => channels.refresh()}
            />
            <RecordingSettings channel={channel} />
            <RestreamSettings channel={channel} />
            <SharingSettings channel={channel} />
            <p class="field-hint">
              To notify other services when you go live, add{' '}
              <a href={at('/account#webhooks')} target="_blank" rel="noopener">
                webhooks
              </a>
              .
            </p>
          </>
        )}
      </div>
    </DoneDialog>
  );
}

interface DeviceSelectProps {
  label: string;
  devices: readonly CaptureDevice[];
  track: MediaStreamTrack | null;
  onChoose: (id: string) => void;
}

function DeviceSelect({ label, devices, track, onChoose }: DeviceSelectProps) {
  const current = track?.getSettings().deviceId;
  const off: SelectOption<string> = {
    value: '',
    label: devices.length === 0 ? `No ${label.toLowerCase()} found` : 'Off',
    disabled: true,
  };
  const options = devices.map((device) => ({ value: device.id, label: device.label }));
  return (
    <Select
      label={label}
      value={current ?? ''}
      options={current === undefined ? [off, ...options] : options}
      disabled={devices.length === 0}
      onChange={onChoose}
    />
  );
}
