import { useEffect, useState } from 'preact/hooks';
import type { SharingSettings as Settings } from '../../../../src/protocol/sharing.js';
import { sharingApi } from '../../../client/sharing-api.js';
import { RequestError } from '../../../client/request-error.js';
import { FormError } from '../../account/form-error.js';
import { Select } from '../../components/select.js';
import { Spinner } from '../../components/spinner.js';
import { Switch } from '../../components/switch.js';
import { count } from '../../format/quantity.js';

/** The numbers of viewers to choose from. */
const ABOVE = [0, 10, 20, 50, 100, 200, 500, 1_000, 5_000] as const;

/** The settings for sharing between a channel's viewers. Changes are saved immediately. */
export function SharingSettings({ channel }: { channel: string }) {
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
  useEffect(() => void run(async () => (await sharingApi.get(channel)).settings), [channel]);

  function change(changed: Settings): void {
    const before = settings;
    // The change is shown immediately, and reverted if saving fails.
    setSettings(changed);
    void run(async () => {
      try {
        return await sharingApi.change(channel, changed);
      } catch (error) {
        setSettings(before);
        throw error;
      }
    });
  }
  return (
    <fieldset class="settings-group">
      <legend>Sharing between viewers</legend>
      <FormError message={problem} />
      {settings === null && problem === undefined && <Spinner label="Loading" />}
      {settings !== null && (
        <>
          <Switch
            label="Let viewers share the video"
            hint="Saves the server’s bandwidth. Viewers see each other’s IP addresses, and can decline"
            checked={settings.enabled}
            onChange={(enabled) => change({ ...settings, enabled })}
          />
          {settings.enabled && (
            <Select
              label="Viewers who watch without sharing"
              value={String(settings.liveAbove)}
              options={options(settings.liveAbove)}
              hint="Everyone who joins after them shares the video, and sees it about 10 s behind live."
              onChange={(above) => change({ ...settings, liveAbove: Number(above) })}
            />
          )}
        </>
      )}
    </fieldset>
  );
}

/** Returns the usual numbers and the current one. */
function options(current: number): { value: string; label: string }[] {
  const numbers = [...new Set<number>([...ABOVE, current])].toSorted((a, b) => a - b);
  return numbers.map((above) => ({
    value: String(above),
    label: above === 0 ? 'None' : `The first ${count(above)}`,
  }));
}
