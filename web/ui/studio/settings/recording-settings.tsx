import { useEffect, useState } from 'preact/hooks';
import type { RecordingSettings as Settings } from '../../../../src/protocol/recording.js';
import { recordingApi } from '../../../client/recording-api.js';
import { RequestError } from '../../../client/request-error.js';
import { FormError } from '../../account/form-error.js';
import { Select, type SelectOption } from '../../components/select.js';
import { Spinner } from '../../components/spinner.js';
import { Switch } from '../../components/switch.js';

const DAYS = [7, 14, 30, 60, 90, 365] as const;
const COUNTS = [5, 10, 20, 50, 100] as const;

/** Whether a channel is recorded, and how long recordings are retained. Saved immediately. */
export function RecordingSettings({ channel }: { channel: string }) {
  const [settings, setSettings] = useState<Settings | null>(null);
  const [problem, setProblem] = useState<string>();

  async function run(work: () => Promise<Settings>): Promise<void> {
    setProblem(undefined);
    try {
      setSettings(await work());
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.message);
    }
  }
  useEffect(() => void run(() => recordingApi.settings(channel)), [channel]);

  function change(changed: Settings): void {
    const before = settings;
    // Shown immediately, and reverted if saving fails.
    setSettings(changed);
    void run(async () => {
      try {
        return await recordingApi.changeSettings(channel, changed);
      } catch (error) {
        setSettings(before);
        throw error;
      }
    });
  }
  return (
    <fieldset class="settings-group">
      <legend>Recordings</legend>
      <FormError message={problem} />
      {settings === null && problem === undefined && <Spinner label="Loading" />}
      {settings !== null && (
        <>
          <Switch
            label="Record broadcasts"
            hint="A change counts from the next broadcast on"
            checked={settings.enabled}
            onChange={(enabled) => change({ ...settings, enabled })}
          />
          <div class="settings-pair">
            <Select
              label="Keep them for"
              value={String(settings.keepDays ?? '')}
              options={choices(DAYS, settings.keepDays, 'For good', (days) => `${days} days`)}
              onChange={(days) => change({ ...settings, keepDays: numberOf(days) })}
            />
            <Select
              label="Keep at most"
              value={String(settings.keepLast ?? '')}
              options={choices(COUNTS, settings.keepLast, 'All of them', (n) => `The last ${n}`)}
              onChange={(count) => change({ ...settings, keepLast: numberOf(count) })}
            />
          </div>
          <p class="field-hint">Older ones are deleted, but for those that you keep for good.</p>
        </>
      )}
    </fieldset>
  );
}

const numberOf = (value: string): number | null => (value === '' ? null : Number(value));

/** The usual numbers, the current one, and none. */
function choices(
  usual: readonly number[],
  current: number | null,
  none: string,
  label: (value: number) => string,
): SelectOption<string>[] {
  const values = new Set([...usual, ...(current === null ? [] : [current])]);
  const numbers = [...values].toSorted((a, b) => a - b);
  return [
    { value: '', label: none },
    ...numbers.map((value) => ({ value: String(value), label: label(value) })),
  ];
}
