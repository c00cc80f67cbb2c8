import { LogOut, MonitorSmartphone } from 'lucide';
import type { SessionView } from '../../../src/protocol/account-sessions.js';
import { accountApi } from '../../client/account-api.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Icon } from '../components/icon.js';
import { attempt } from './attempt.js';
import { WhenLoaded } from './loaded.js';
import { useLoaded } from './use-loaded.js';
import { whenLabel } from './when-label.js';

/** Where one is logged in. */
export default function SessionsSection() {
  const [state, reload] = useLoaded(accountApi.sessions);
  return (
    <WhenLoaded state={state} onRetry={() => void reload()}>
      {(sessions) => (
        <Card>
          <div class="section-head">
            <h2>Where you are logged in</h2>
            {sessions.length > 1 && (
              <Button
                onClick={() =>
                  void attempt(async () => {
                    await accountApi.endOtherSessions();
                    await reload();
                  }, 'You are logged out everywhere else.')
                }
              >
                Log out everywhere else
              </Button>
            )}
          </div>
          <ul class="rows">
            {sessions.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                onEnd={() =>
                  void attempt(async () => {
                    await accountApi.endSession(session.id);
                    await reload();
                  }, `${session.device} is logged out.`)
                }
              />
            ))}
          </ul>
        </Card>
      )}
    </WhenLoaded>
  );
}

function SessionRow({ session, onEnd }: { session: SessionView; onEnd: () => void }) {
  return (
    <li class="row">
      <Icon icon={MonitorSmartphone} size={20} />
      <div class="row-text">
        <h3>
          {session.device} {session.current && <Badge tone="good">This one</Badge>}
        </h3>
        <p class="muted">
          {session.network === '' ? '' : `${session.network} · `}
          used {whenLabel(session.lastUsedAt)} · since {whenLabel(session.createdAt)}
        </p>
      </div>
      {!session.current && (
        <Button size="s" icon={LogOut} onClick={onEnd}>
          Log out there
        </Button>
      )}
    </li>
  );
}
