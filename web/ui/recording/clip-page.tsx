import { useEffect, useMemo } from 'preact/hooks';
import { Film, Share2, Trash } from 'lucide';
import type { AccountView } from '../../../src/protocol/account.js';
import type { ClipView } from '../../../src/protocol/clip.js';
import { at } from '../../client/base-path.js';
import { recordingApi } from '../../client/recording-api.js';
import { RequestError } from '../../client/request-error.js';
import { Avatar } from '../components/avatar.js';
import { Button } from '../components/button.js';
import { confirm } from '../components/confirm.js';
import { toast } from '../components/toast.js';
import { wordyDuration } from '../format/duration.js';
import { Header } from '../shell/header.js';
import { Page } from '../shell/page.js';
import { copyAddress } from '../components/copy-address.js';
import { whenFormat } from './facts.js';
import { RecordingPlayer } from './recording-player.js';
import type { Viewed } from './recording-state.js';
import { Vod } from './vod.js';
import '../watch/channel-info.css';
import './clip-page.css';
import './recording-info.css';

export interface ClipPageProps {
  viewed: Viewed<ClipView>;
  clip: ClipView;
  account: AccountView | null;
}

/** The clip page, on which the clip plays in a loop. */
export function ClipPage({ viewed, clip, account }: ClipPageProps) {
  const { id, channel, title, durationMs, createdAt, createdBy, recordingId } = clip;
  const vod = useClipVod(viewed, clip);
  useEffect(() => {
    document.title = `${title || channel} · Onair`;
  }, [title, channel]);

  async function share(): Promise<void> {
    const address = `${location.origin}${location.pathname}`;
    if (await copyAddress(address)) toast({ text: 'Link copied.', tone: 'good' });
  }
  return (
    <Page header={<Header account={account} />}>
      <div class="clip-page">
        <div class="clip-page-player">
          <RecordingPlayer
            vod={vod}
            name={channel}
            poster={clip.thumbnailPath}
            chapters={[]}
            previews={[]}
            loopable
          />
        </div>
        <section class="channel-info recording-info" aria-label="Clip">
          <Avatar name={channel} size={48} />
          <div class="channel-info-words">
            <h1>{title || `Clip from ${channel}`}</h1>
            <p class="channel-info-line">
              <a class="channel-info-owner" href={at(`/${channel}`)}>
                {channel}
              </a>
              <span>
                {wordyDuration(Math.round(durationMs / 1_000) * 1_000)} ·{' '}
                <time dateTime={createdAt}>{whenFormat.format(Date.parse(createdAt))}</time>
                {createdBy !== null && <> · clipped by {createdBy}</>}
              </span>
            </p>
          </div>
          <div class="recording-info-acts">
            <Button icon={Share2} onClick={() => void share()}>
              Share
            </Button>
            {recordingId !== null && (
              <Button
                icon={Film}
                href={at(`/recordings/${recordingId}?t=${Math.floor(clip.startMs / 1_000)}`)}
              >
                Full recording
              </Button>
            )}
            {clip.mayDelete && (
              <Button icon={Trash} onClick={() => void askAndDelete(viewed, id)}>
                Delete
              </Button>
            )}
          </div>
        </section>
      </div>
    </Page>
  );
}

function useClipVod(viewed: Viewed<ClipView>, { id, durationMs, playFromMs }: ClipView): Vod {
  return useMemo(() => {
    const vod = new Vod({
      url: () => {
        const now = viewed.state.peek();
        return now.name === 'there' ? now.view.playlistPath : '';
      },
      durationMs,
      offsetMs: playFromMs,
      fromMs: 0,
      onRefused: () => void viewed.load(),
    });
    vod.loops.value = true;
    return vod;
  }, [id]);
}

async function askAndDelete(viewed: Viewed<ClipView>, id: string): Promise<void> {
  const goAhead = await confirm({
    title: 'Delete this clip?',
    text: 'It will be permanently deleted, and its link will stop working.',
    action: 'Delete clip',
    cancel: 'Keep it',
    danger: true,
  });
  if (!goAhead) return;
  try {
    await recordingApi.deleteClip(id);
    viewed.wasDeleted();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: error.message, tone: 'danger' });
  }
}
