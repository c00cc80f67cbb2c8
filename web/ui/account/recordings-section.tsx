import { useCallback, useState } from 'preact/hooks';
import type { ListedClip } from '../../../src/protocol/clip.js';
import { accountApi } from '../../client/account-api.js';
import { api } from '../../client/api.js';
import { recordingApi } from '../../client/recording-api.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Select } from '../components/select.js';
import { ClipList } from '../recording/clip-list.js';
import { StorageNotice } from '../recording/storage-notice.js';
import { WhenLoaded } from './loaded.js';
import { useLoaded } from './use-loaded.js';

const PAGE = 20;
const OWN = '';

/**
 * Shows the storage in use, the clips of the account's channels, and the clips that the account
 * created.
 */
export default function RecordingsSection({ username }: { username: string }) {
  const loadChannels = useCallback(() => api.channelsOf(username), [username]);
  const [storage, reloadStorage] = useLoaded(accountApi.storage);
  const [channels, reloadChannels] = useLoaded(loadChannels);
  const [chosen, setChosen] = useState<string>();
  return (
    <>
      <Card>
        <h2>Storage</h2>
        <WhenLoaded state={storage} onRetry={() => void reloadStorage()}>
          {(view) => <StorageNotice storage={view} always />}
        </WhenLoaded>
      </Card>
      <Card>
        <h2>Clips</h2>
        <p class="section-lead muted">
          Clips outlive their recordings. You can delete clips of your channels and clips you
          created.
        </p>
        <WhenLoaded state={channels} onRetry={() => void reloadChannels()}>
          {(all) => {
            const shown = chosen ?? all[0]?.name ?? OWN;
            return (
              <>
                <Select
                  label="Show"
                  value={shown}
                  options={[
                    ...all.map(({ name }) => ({ value: name, label: `From ${name}` })),
                    { value: OWN, label: 'Created by me' },
                  ]}
                  onChange={setChosen}
                />
                <Clips key={shown} channel={shown} onDeleted={() => void reloadStorage()} />
              </>
            );
          }}
        </WhenLoaded>
      </Card>
    </>
  );
}

function Clips({ channel, onDeleted }: { channel: string; onDeleted: () => void }) {
  const [offset, setOffset] = useState(0);
  const load = useCallback(
    () =>
      channel === OWN
        ? recordingApi.ownClips({ limit: PAGE, offset })
        : recordingApi.clipsOf(channel, { limit: PAGE, offset }),
    [channel, offset],
  );
  const [state, reload] = useLoaded<readonly ListedClip[]>(load);
  return (
    <WhenLoaded state={state} onRetry={() => void reload()}>
      {(clips) => (
        <>
          <ClipList
            clips={clips}
            isFirst={offset === 0}
            onDeleted={() => {
              onDeleted();
              // When the only clip on a page is deleted, the page becomes empty.
              if (clips.length === 1 && offset > 0) setOffset(offset - PAGE);
              else void reload();
            }}
          />
          {(offset > 0 || clips.length === PAGE) && (
            <div class="section-actions">
              <Button disabled={offset === 0} onClick={() => setOffset(offset - PAGE)}>
                Newer
              </Button>
              <Button disabled={clips.length < PAGE} onClick={() => setOffset(offset + PAGE)}>
                Older
              </Button>
            </div>
          )}
        </>
      )}
    </WhenLoaded>
  );
}
