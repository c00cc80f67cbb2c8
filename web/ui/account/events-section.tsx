import { Info, ShieldAlert, TriangleAlert } from 'lucide';
import type { SecurityEventView } from '../../../src/protocol/security-event.js';
import { accountApi, EVENTS_PAGE } from '../../client/account-api.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Icon } from '../components/icon.js';
import { MoreList } from './more-list.js';
import { eventText, eventTone } from './event-words.js';
import { whenLabel } from './when-label.js';

const ICONS = { plain: Info, look: TriangleAlert, alarm: ShieldAlert };

/** The account's security log: logins, wrong passwords, and changed credentials. */
export default function EventsSection() {
  return (
    <Card>
      <h2>Activity</h2>
      <p class="section-lead muted">
        Security events of the last 90 days. If you don’t recognize one, change your password.
      </p>
      <MoreList load={accountApi.events} pageSize={EVENTS_PAGE} empty="No activity yet.">
        {(event) => <EventRow key={event.id} event={event} />}
      </MoreList>
    </Card>
  );
}

function EventRow({ event }: { event: SecurityEventView }) {
  const tone = eventTone(event);
  const facts = [event.device, event.network, whenLabel(event.lastAt)];
  return (
    <li class={`row event-row event-${tone}`}>
      <Icon icon={ICONS[tone]} size={20} />
      <div class="row-text">
        <h3>
          {eventText(event)} {event.count > 1 && <Badge>{event.count} times</Badge>}{' '}
          {tone === 'alarm' && <Badge tone="danger">Check this</Badge>}
        </h3>
        <p class="muted">{facts.filter((fact) => fact !== '').join(' · ')}</p>
      </div>
    </li>
  );
}
