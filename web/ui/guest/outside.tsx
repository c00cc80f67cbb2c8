import { DoorOpen } from 'lucide';
import { at } from '../../client/base-path.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Notice } from '../components/notice.js';
import { loginAddress } from '../shell/next.js';
import type { Farewell } from './farewell.js';

export interface OutsideProps {
  channel: string;
  farewell: Farewell;
  onEnter: () => void;
}

/** Explains why the guest isn't on the stage, and what to do about it. */
export function Outside({ channel, farewell: { title, text, action }, onEnter }: OutsideProps) {
  return (
    <section class="guest-outside" aria-live="polite">
      <Notice
        picture={<Icon icon={DoorOpen} size={40} />}
        title={title}
        action={
          <div class="guest-actions">
            {action === 'enter' && (
              <Button variant="primary" onClick={onEnter}>
                Enter again
              </Button>
            )}
            {action === 'log-in' && (
              // The tab remembers the token, because the token must not be in an address that is
              // sent to the server.
              <Button
                variant="primary"
                href={loginAddress({ pathname: location.pathname, search: '' })}
              >
                Log in
              </Button>
            )}
            <Button href={at(`/${channel}`)}>Watch the channel</Button>
          </div>
        }
      >
        {text}
      </Notice>
    </section>
  );
}
