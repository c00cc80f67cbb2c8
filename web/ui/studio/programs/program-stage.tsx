import { Cable } from 'lucide';
import type { ChannelView } from '../../../../src/protocol/channel.js';
import { Icon } from '../../components/icon.js';
import { Thumbnail } from '../../components/thumbnail.js';
import '../stage.css';

/** Shows a recent thumbnail instead of the preview while an encoder such as OBS is live. */
export function ProgramStage({ channel }: { channel: ChannelView }) {
  return (
    <div class="stage">
      <div class="stage-frame">
        <Thumbnail name={channel.name} picture={channel.thumbnail} />
        <div class="stage-chips">
          <span class="stage-chip">
            <Icon icon={Cable} size={14} />
            Live from OBS or another program
          </span>
        </div>
      </div>
    </div>
  );
}
