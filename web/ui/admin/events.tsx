import type { AdminEventView } from '../../../src/protocol/security-event.js';
import { ADMIN_PAGE, adminApi } from '../../client/admin-api.js';
import { whenLabel } from '../account/when-label.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { MoreList } from '../account/more-list.js';

/**
 * The text for each kind, which follows the administrator's name and in which `%` stands for the
 * subject.
 */
const WORDS: Readonly<Record<AdminEventView['kind'], string>> = {
  became_first_administrator: 'became the first administrator',
  registration_changed: 'changed registration to %',
  invitation_made: 'invited %',
  invitation_removed: 'revoked the invitation for %',
  made_administrator: 'made % an administrator',
  no_longer_administrator: 'removed % as administrator',
  account_disabled: 'disabled %',
  account_enabled: 'enabled %',
  broadcast_ended: 'ended the broadcast on %',
  node_drained: 'drained the node %',
  node_drain_cancelled: 'canceled the drain of the node %',
  own_account_deleted: 'deleted their own account',
};

function words({ kind, subject }: AdminEventView): string {
  return WORDS[kind].replace('%', () => subject || 'someone');
}

/** The administrators' log. */
export function Events() {
  return (
    <Card>
      <h2>Activity</h2>
      <p class="section-lead muted">Actions of administrators in the last year.</p>
      <MoreList load={adminApi.events} pageSize={ADMIN_PAGE} empty="No activity yet.">
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
