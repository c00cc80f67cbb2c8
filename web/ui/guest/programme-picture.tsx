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
        <Picture track={track} label="Picture of the programme" contained />
      ) : (
        <div class="guest-programme-empty">
          <Icon icon={Clapperboard} size={28} />
          <p>
            {isLive
              ? 'The picture of the programme is on its way.'
              : 'The broadcast is not live now. Its picture appears here.'}
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
