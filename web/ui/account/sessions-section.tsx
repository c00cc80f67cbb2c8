import { useState } from 'preact/hooks';
import { LogOut, MonitorSmartphone } from 'lucide';
import type { SessionView } from '../../../src/protocol/account-sessions.js';
import { accountApi } from '../../client/account-api.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Icon } from '../components/icon.js';
import { toast } from '../components/toast.js';
import { attempt } from './attempt.js';
import { ALL_ENDS, EndsChecks } from './ends-checks.js';
import { FormError } from './form-error.js';
import { WhenLoaded } from './loaded.js';
import { useLoaded } from './use-loaded.js';
import { SubmitDialog } from './submit-dialog.js';
import { useSubmit } from './use-submit.js';
import { whenLabel } from './when-label.js';

/** Lists the account's sessions. */
export default function SessionsSection() {
  const [state, reload] = useLoaded(accountApi.sessions);
  const [asking, setAsking] = useState(false);
  return (
    <WhenLoaded state={state} onRetry={() => void reload()}>
      {(sessions) => (
        <Card>
          <div class="section-head">
            <h2>Where you’re logged in</h2>
            <Button onClick={() => setAsking(true)}>Log out everywhere else</Button>
          </div>
          {asking && (
            <EndDialog
              onEnded={async () => {
                setAsking(false);
                await reload();
              }}
              onClose={() => setAsking(false)}
            />
          )}
          <ul class="rows">
            {sessions.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                onEnd={() =>
                  void attempt(async () => {
                    await accountApi.endSession(session.id);
                    await reload();
                  }, `${session.device} was logged out.`)
                }
              />
            ))}
          </ul>
        </Card>
      )}
    </WhenLoaded>
  );
}

function EndDialog({ onEnded, onClose }: { onEnded: () => Promise<void>; onClose: () => void }) {
  const [ends, setEnds] = useState(ALL_ENDS);
  const form = useSubmit(async () => {
    await accountApi.endOtherSessions(ends);
    toast({ text: 'You’re logged out everywhere else.', tone: 'good' });
    await onEnded();
  });
  return (
    <SubmitDialog title="Log out everywhere else?" action="Log out" form={form} onClose={onClose}>
      <p>Only this browser stays logged in.</p>
      <FormError message={form.message} />
      <EndsChecks ends={ends} onChange={setEnds} />
    </SubmitDialog>
  );
}

function SessionRow({ session, onEnd }: { session: SessionView; onEnd: () => void }) {
  return (
    <li class="row">
      <Icon icon={MonitorSmartphone} size={20} />
      <div class="row-text">
        <h3>
          {session.device} {session.current && <Badge tone="good">This device</Badge>}
        </h3>
        <p class="muted">
          {session.network === '' ? '' : `${session.network} · `}
          last used {whenLabel(session.lastUsedAt)} · logged in {whenLabel(session.createdAt)}
        </p>
      </div>
      {!session.current && (
        <Button size="s" icon={LogOut} onClick={onEnd}>
          End session
        </Button>
      )}
    </li>
  );
}
