import { CircleAlert, Radio } from 'lucide';
import type { RecordingView } from '../../../src/protocol/recording.js';
import { at } from '../../client/base-path.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Spinner } from '../components/spinner.js';
import { Thumbnail } from '../components/thumbnail.js';
import '../player/player.css';
import '../player/stage.css';

/** In place of the player, while there is nothing to play. */
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
        <p>It can be watched here when it is over.</p>
        <Button variant="primary" icon={Radio} href={at(`/${channel}`)}>
          Watch live
        </Button>
      </>
    );
  if (state === 'finishing')
    return (
      <>
        <Spinner size={32} />
        <h2>The recording is being finished</h2>
        <p>It plays here in a moment.</p>
      </>
    );
  return (
    <>
      <Icon icon={CircleAlert} size={32} />
      <h2>There is nothing to play</h2>
      <p>
        {mayManage
          ? 'Nothing of this broadcast could be kept. The server’s disk may have been full. You can delete it.'
          : 'Nothing of this broadcast could be kept.'}
      </p>
      <Button href={at(`/${channel}`)}>To the channel</Button>
    </>
  );
}
