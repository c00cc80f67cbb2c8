import type { AdminEventView } from '../../../src/protocol/security-event.js';
import { ADMIN_PAGE, adminApi } from '../../client/admin-api.js';
import { whenLabel } from '../account/when-label.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { MoreList } from '../account/more-list.js';

/** What each kind says; `%` stands for what it was done to. */
const WORDS: Readonly<Record<AdminEventView['kind'], string>> = {
  became_first_administrator: 'became the first administrator',
  registration_changed: 'set who can make an account: %',
  invitation_made: 'invited %',
  invitation_removed: 'took back the invitation of %',
  made_administrator: 'made % administrator',
  no_longer_administrator: 'took administration from %',
  account_disabled: 'disabled %',
  account_enabled: 'enabled %',
  broadcast_ended: 'ended the broadcast on %',
  own_account_deleted: 'deleted their own account',
};

function words({ kind, subject }: AdminEventView): string {
  return WORDS[kind].replace('%', () => subject || 'somebody');
}

/** What administrators did. */
export function Events() {
  return (
    <Card>
      <h2>Activity</h2>
      <p class="section-lead muted">What administrators did in the last year.</p>
      <MoreList load={adminApi.events} pageSize={ADMIN_PAGE} empty="Nothing yet.">
        {(event) => (
          <li key={event.id} class="row">
            <div class="row-text">
              <h3>
                {event.by} {words(event)} {event.count > 1 && <Badge>{event.count} times</Badge>}
              </h3>
              <p class="muted">{whenLabel(event.lastAt)}</p>
            </div>
          </li>
        )}
      </MoreList>
    </Card>
  );
}
