import { Clapperboard } from 'lucide';
import { Picture } from '../backstage/picture.js';
import { LiveBadge } from '../components/badge.js';
import { Icon } from '../components/icon.js';

/**
 * The programme as viewers see it, but without sound, because the guest hears the others directly.
 */
export function ProgrammePicture(props: { track: MediaStreamTrack | null; isLive: boolean }) {
  const { track, isLive } = props;
  return (
    <div class="guest-programme">
      {track ? (
        <Picture track={track} label="Broadcast, as viewers see it" contained />
      ) : (
        <div class="guest-programme-empty">
          <Icon icon={Clapperboard} size={28} />
          <p>
            {isLive
              ? 'Waiting for the broadcast’s video.'
              : 'The broadcast isn’t live. When it is, you’ll see it here.'}
          </p>
        </div>
      )}
      <div class="guest-programme-chips">
        {isLive && <LiveBadge size="s" />}
        <span class="guest-chip">What viewers see</span>
      </div>
    </div>
  );
}
