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

/**
 * The settings for recording a channel and keeping its recordings. Changes are saved immediately.
 */
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
    // The change is shown immediately, and reverted if saving fails.
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
            hint="Takes effect with the next broadcast"
            checked={settings.enabled}
            onChange={(enabled) => change({ ...settings, enabled })}
          />
          <div class="settings-pair">
            <Select
              label="Keep for"
              value={String(settings.keepDays ?? '')}
              options={choices(DAYS, settings.keepDays, 'Forever', (days) => `${days} days`)}
              onChange={(days) => change({ ...settings, keepDays: numberOf(days) })}
            />
            <Select
              label="Recordings to keep"
              value={String(settings.keepLast ?? '')}
              options={choices(COUNTS, settings.keepLast, 'All', (n) => `The last ${n}`)}
              onChange={(count) => change({ ...settings, keepLast: numberOf(count) })}
            />
          </div>
          <p class="field-hint">
            Older recordings are deleted, except those set to “Keep forever”.
          </p>
        </>
      )}
    </fieldset>
  );
}

const numberOf = (value: string): number | null => (value === '' ? null : Number(value));

/** Returns options for the usual numbers, the current number, and no limit. */
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
