import { House } from 'lucide';
import type { AccountView } from '../../../src/protocol/account.js';
import { at, pathWithin } from '../../client/base-path.js';
import { Button } from '../components/button.js';
import { Mark } from '../shell/brand.js';
import './not-found.css';

/** Shown if no page or channel exists at the address, or if the user has no access to it. */
export function NotFound({ account }: { account: AccountView | null }) {
  return (
    <div class="not-found">
      <span class="not-found-mark">
        <Mark size={72} />
      </span>
      <h1>Nothing on air here</h1>
      <p class="muted">
        This page or channel doesn’t exist. Check the spelling, or see who’s live now.
      </p>
      {account === null && (
        <p class="muted">
          Were you invited to a private channel?{' '}
          <a href={at(`/login?next=${encodeURIComponent(pathWithin(location.pathname))}`)}>
            Log in
          </a>{' '}
          first.
        </p>
      )}
      <Button variant="primary" icon={House} href={at('/')}>
        See who’s live
      </Button>
    </div>
  );
}
