import { Radio } from 'lucide';
import { FormError } from '../../account/form-error.js';
import { Button } from '../../components/button.js';
import { Select } from '../../components/select.js';
import { StorageNotice } from '../../recording/storage-notice.js';
import { useStorage } from '../../recording/use-storage.js';
import { Checklist } from './checklist.js';
import { checksOf } from './checks.js';
import { OpenStageButton } from '../stage-panel/open-stage.js';
import { PastButton } from '../past/past-button.js';
import { ProgramsButton } from '../programs/programs-button.js';
import { ShareLink } from '../share/share-link.js';
import type { Studio } from '../state/studio.js';
import { TitleField } from './title-field.js';

/** The panel before going live: the title, the checklist, and the "Go live" button. */
export function ReadyPanel({ studio, starting }: { studio: Studio; starting: boolean }) {
  const { capture, channels, check, onAir } = studio;
  const all = channels.all.value ?? [];
  const chosen = channels.chosen.value;
  const checks = checksOf(capture, {
    online: check.online,
    roundTripMs: check.roundTripMs.value,
  });
  const blocker = blockerOf(studio);
  const storage = useStorage();
  return (
    <div class="panel">
      <div class="panel-head">
        <h2>Get ready</h2>
        <p class="muted">Only you see the preview until you go live.</p>
      </div>
      {all.length > 1 && (
        <Select
          label="Channel"
          value={chosen?.name ?? ''}
          options={all.map(({ name }) => ({ value: name, label: name }))}
          onChange={(name) => channels.choose(name)}
          disabled={starting || studio.stage.current.value !== null}
        />
      )}
      <TitleField channels={channels} />
      <Checklist checks={checks} />
      <div class="panel-foot">
        {onAir.problem.value !== null && <FormError message={onAir.problem.value} />}
        <Button
          variant="live"
          size="l"
          icon={Radio}
          wide
          busy={starting}
          disabled={blocker !== null && !starting}
          onClick={() => {
            void capture.wake();
            void studio.stage.current.value?.host.wake();
            void onAir.start();
          }}
        >
          {starting ? 'Going live…' : 'Go live'}
        </Button>
        {blocker !== null && !starting && <p class="panel-note muted">{blocker}</p>}
      </div>
      {storage && <StorageNotice storage={storage} />}
      {chosen && (
        <>
          <ShareLink channel={chosen} />
          {!studio.stage.current.value && (
            <OpenStageButton slot={studio.stage} channel={chosen.name} isLive={starting} />
          )}
          <ProgramsButton channel={chosen.name} />
          <PastButton channel={chosen.name} />
        </>
      )}
    </div>
  );
}

/** Returns the reason why going live isn't possible right now, or null. */
function blockerOf({ capture, check, stage }: Studio): string | null {
  const { video, audio } = stage.published.value;
  if (video === null && audio === null) {
    const asking = [capture.camera, capture.microphone].some(
      ({ state }) => state.value.name === 'asking',
    );
    if (asking) return 'Waiting for your camera and microphone.';
    return 'Turn on your camera or microphone, or share your screen.';
  }
  return check.online ? null : 'Not connected to the server yet.';
}
