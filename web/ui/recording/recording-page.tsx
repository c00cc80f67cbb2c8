import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { AccountView } from '../../../src/protocol/account.js';
import type { RecordingView } from '../../../src/protocol/recording.js';
import { Tabs } from '../components/tabs.js';
import { toast } from '../components/toast.js';
import { StatisticsDialog } from '../statistics/late-statistics.js';
import { Header } from '../shell/header.js';
import { loginAddress } from '../shell/next.js';
import { Page } from '../shell/page.js';
import { useMedia } from '../player/use-media.js';
import { ChapterList } from './chapter-list.js';
import { startOf } from './chapters.js';
import { ChatReplayPanel } from './chat-replay-panel.js';
import { ClipDialog } from './clip-dialog.js';
import { deleteRecording } from './delete-recording.js';
import { EditDialog } from './edit-dialog.js';
import { GuestFilesDialog } from './guest-files-dialog.js';
import { NotPlayable } from './not-playable.js';
import { RecordingInfo } from './recording-info.js';
import { RecordingPlayer } from './recording-player.js';
import type { Viewed } from './recording-state.js';
import { usePreviews } from './use-previews.js';
import { Vod } from './vod.js';
import '../watch/watch-page.css';
import './clip-page.css';

/**
 * Matches windows with room for the chat beside the video: wide ones, and short ones that aren't
 * narrow.
 */
const BESIDE = '(min-width: 900px), (min-width: 640px) and (max-height: 500px)';

export interface RecordingPageProps {
  viewed: Viewed<RecordingView>;
  recording: RecordingView;
  account: AccountView | null;
}

/** The recording page: player, chat replay, chapters and actions. */
export function RecordingPage({ viewed, recording, account }: RecordingPageProps) {
  const { id, channel, title, chapters } = recording;
  const [theatre, setTheatre] = useState(false);
  const [dialog, setDialog] = useState<'clip' | 'edit' | 'guests' | 'statistics' | null>(null);
  const beside = useMedia(BESIDE);
  const vod = useVod(viewed, recording);
  const previews = usePreviews(recording.previewsPath);
  useEffect(() => {
    document.title = `${title || channel} · Onair`;
  }, [title, channel]);

  function openClip(): void {
    if (account === null) {
      toast({
        text: 'Log in to create a clip.',
        action: { label: 'Log in', onSelect: () => location.assign(loginAddress(location)) },
      });
      return;
    }
    vod?.playback.element?.pause();
    setDialog('clip');
  }
  async function askAndDelete(): Promise<void> {
    if (await deleteRecording(id, title || channel)) viewed.wasDeleted();
  }

  const inTheatre = theatre && beside;
  const layout = layoutOf({ alone: vod === null, beside, inTheatre });
  const chapterList = vod && <ChapterList chapters={chapters} vod={vod} heading={beside} />;
  return (
    <Page
      header={inTheatre ? null : <Header account={account} search={beside ? undefined : false} />}
    >
      <div class={`watch ${layout}`}>
        <div class="watch-main">
          <div class="watch-player">
            {vod ? (
              <RecordingPlayer
                vod={vod}
                name={channel}
                poster={recording.thumbnailPath}
                chapters={chapters}
                previews={previews}
                theatre={{ on: inTheatre, toggle: () => setTheatre(!theatre) }}
              />
            ) : (
              <NotPlayable recording={recording} />
            )}
          </div>
          <RecordingInfo
            recording={recording}
            position={vod && (() => vod.positionMs.value)}
            onClip={openClip}
            onEdit={() => setDialog('edit')}
            onMeasure={() => setDialog('statistics')}
            onDelete={() => void askAndDelete()}
            onGuests={() => setDialog('guests')}
          />
          {beside && chapterList}
        </div>
        {vod && (
          <Side
            replay={<ChatReplayPanel recording={recording} vod={vod} heading={beside} />}
            chapters={beside || chapters.length < 2 ? null : chapterList}
          />
        )}
      </div>
      {dialog === 'edit' && (
        <EditDialog
          recording={recording}
          onChanged={(changed) => viewed.put(changed)}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'guests' && <GuestFilesDialog recordingId={id} onClose={() => setDialog(null)} />}
      {dialog === 'statistics' && (
        <StatisticsDialog
          broadcastId={id}
          named={title || channel}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'clip' && vod && (
        <ClipDialog
          recordingId={id}
          title={title}
          durationMs={vod.durationMs.peek()}
          positionMs={vod.positionMs.peek()}
          previews={previews}
          onShow={(positionMs) => vod.seek(positionMs)}
          onClose={() => setDialog(null)}
        />
      )}
    </Page>
  );
}

function layoutOf({ alone, beside, inTheatre }: Record<'alone' | 'beside' | 'inTheatre', boolean>) {
  // Without a chat replay, there is nothing to show beside the video.
  if (alone) return 'clip-page';
  if (!beside) return 'watch-below';
  return inTheatre ? 'watch-beside watch-theatre' : 'watch-beside';
}

/** The chat replay beside or below the video, with a tab for the chapters if there are any. */
function Side({ replay, chapters }: { replay: ComponentChildren; chapters: ComponentChildren }) {
  const [tab, setTab] = useState<'chat' | 'chapters'>('chat');
  const tabs = [{ id: 'chat' as const, label: 'Chat replay', content: replay }];
  return (
    <aside class="watch-side" aria-label="Chat replay">
      <div class="watch-side-content">
        <Tabs
          label="Below the video"
          selected={chapters ? tab : 'chat'}
          onSelect={setTab}
          tabs={
            chapters
              ? [...tabs, { id: 'chapters' as const, label: 'Chapters', content: chapters }]
              : tabs
          }
        />
      </div>
    </aside>
  );
}

/**
 * Creates the player once the recording is ready. Later changes to the recording don't replace the
 * player. Returns null until the recording is ready.
 */
function useVod(
  viewed: Viewed<RecordingView>,
  { id, state, durationMs }: RecordingView,
): Vod | null {
  const ready = state === 'ready';
  return useMemo(() => {
    if (!ready) return null;
    const playlist = (): string => {
      const now = viewed.state.peek();
      return (now.name === 'there' && now.view.playlistPath) || '';
    };
    return new Vod({
      url: playlist,
      durationMs,
      fromMs: startOf(location.search, durationMs),
      // The URL may have expired.
      onRefused: () => void viewed.load(),
    });
  }, [id, ready]);
}
