import { CircleAlert, Radio } from 'lucide';
import type { RecordingView } from '../../../src/protocol/recording.js';
import { at } from '../../client/base-path.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Spinner } from '../components/spinner.js';
import { Thumbnail } from '../components/thumbnail.js';
import '../player/player.css';
import '../player/stage.css';

/** Shown instead of the player while nothing can be played. */
export function NotPlayable({ recording }: { recording: RecordingView }) {
  const { channel, thumbnailPath } = recording;
  return (
    <div class="player" role="region" aria-label="Video player">
      <div class="stage">
        <Thumbnail name={channel} picture={thumbnailPath} />
        <div class="stage-card" role="status">
          <Why recording={recording} />
        </div>
      </div>
    </div>
  );
}

function Why({ recording: { state, channel, mayManage } }: { recording: RecordingView }) {
  if (state === 'recording')
    return (
      <>
        <h2>This broadcast is live now</h2>
        <p>The recording will appear here when the broadcast ends.</p>
        <Button variant="primary" icon={Radio} href={at(`/${channel}`)}>
          Watch live
        </Button>
      </>
    );
  if (state === 'finishing')
    return (
      <>
        <Spinner size={32} />
        <h2>Processing the recording</h2>
        <p>It will be ready in a moment.</p>
      </>
    );
  return (
    <>
      <Icon icon={CircleAlert} size={32} />
      <h2>Nothing to play</h2>
      <p>
        {mayManage
          ? 'This broadcast couldn’t be recorded. The server may have been out of space. You can delete this entry.'
          : 'This broadcast couldn’t be recorded.'}
      </p>
      <Button href={at(`/${channel}`)}>Go to the channel</Button>
    </>
  );
}
