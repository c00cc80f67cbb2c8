import { useEffect, useState } from 'preact/hooks';
import { Cable } from 'lucide';
import type { BroadcastSource } from '../../../../src/protocol/broadcast.js';
import type { ChannelView } from '../../../../src/protocol/channel.js';
import { programApi } from '../../../client/program-api.js';
import { RequestError } from '../../../client/request-error.js';
import { Icon } from '../../components/icon.js';
import { Thumbnail } from '../../components/thumbnail.js';
import '../stage.css';

type Source = Exclude<BroadcastSource, 'browser'>;

/**
 * Shows a recent thumbnail instead of the preview while another source publishes, such as OBS.
 * @param props.source the source that publishes
 */
export function ProgramStage({ channel, source }: { channel: ChannelView; source: Source }) {
  const encoder = useEncoder(channel.name, source);
  return (
    <div class="stage">
      <div class="stage-frame">
        <Thumbnail name={channel.name} picture={channel.thumbnail} />
        <div class="stage-chips">
          <span class="stage-chip">
            <Icon icon={Cable} size={14} />
            {chip(source, encoder)}
          </span>
        </div>
      </div>
    </div>
  );
}

function chip(source: Source, encoder: string | null): string {
  if (source === 'mixer') return 'Live from the server’s mixer';
  if (source === 'whip') return 'Live from OBS or another encoder';
  return `Live over ${source.toUpperCase()} from ${encoder ?? 'OBS or another encoder'}`;
}

/** Returns the name of the encoder that publishes over RTMP; null if it is unknown. */
function useEncoder(channel: string, source: Source): string | null {
  const [encoder, setEncoder] = useState<string | null>(null);
  useEffect(() => {
    if (source !== 'rtmp') return undefined;
    let shown = true;
    programApi.ingest(channel).then(
      (view) => shown && setEncoder(view.encoder),
      (error: unknown) => {
        // The broadcast has ended or the network has failed; other parts of the page handle both.
        if (!(error instanceof RequestError)) throw error;
      },
    );
    return () => {
      shown = false;
    };
  }, [channel, source]);
  return encoder;
}
