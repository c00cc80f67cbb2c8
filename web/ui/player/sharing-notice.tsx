import type { Viewer } from '../../client/viewer.js';
import { Button } from '../components/button.js';
import './sharing-notice.css';

/**
 * Tells viewers who share what others can see, until they respond. Sharing can be turned off later
 * in the quality menu.
 */
export function SharingNotice({ viewer }: { viewer: Viewer }) {
  const isShown =
    viewer.way.value === 'shared' &&
    viewer.sharing.isAllowed.value &&
    viewer.sharing.choice.value === null;
  if (!isShown) return null;
  return (
    <div class="sharing-notice" role="group" aria-label="Sharing">
      <span role="status">
        You’re sharing this video with other viewers, who can see your IP address.
      </span>
      <span class="sharing-notice-buttons">
        <Button size="s" variant="ghost" onClick={() => viewer.share(false)}>
          Don’t share
        </Button>
        <Button size="s" onClick={() => viewer.share(true)}>
          OK
        </Button>
      </span>
    </div>
  );
}
