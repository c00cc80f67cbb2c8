import { useState } from 'preact/hooks';
import { Download, Trash } from 'lucide';
import { at } from '../../client/base-path.js';
import { accountApi } from '../../client/account-api.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { WhenLoaded } from './loaded.js';
import { PasswordDialog } from './password-dialog.js';
import { useLoaded } from './use-loaded.js';

/** Taking one's data along, and going. */
export default function DataSection({ username }: { username: string }) {
  const [state, reload] = useLoaded(accountApi.security);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Card>
        <h2>Your data</h2>
        <p class="section-lead muted">
          One JSON file: your profile, log-ins, tokens, activity, follows, channels, broadcasts, and
          all that you wrote in chats.
        </p>
        <div class="section-actions">
          <Button icon={Download} href={at('/api/account/export')}>
            Download your data
          </Button>
        </div>
      </Card>
      <Card>
        <h2>Delete your account</h2>
        <p class="section-lead muted">
          Your channels go, with their broadcasts and chats. What you wrote in other people’s chats
          stays there, without your name. It can’t be undone.
        </p>
        <WhenLoaded state={state} onRetry={() => void reload()}>
          {(security) => (
            <>
              <div class="section-actions">
                <Button icon={Trash} variant="danger" onClick={() => setAsking(true)}>
                  Delete account
                </Button>
              </div>
              {asking && (
                <PasswordDialog
                  title={`Delete ${username}?`}
                  text="Everything of this account is deleted for good, with its channels."
                  action="Delete for good"
                  danger
                  ways={security}
                  onConfirm={async (proof) => {
                    await accountApi.deleteAccount(proof);
                    location.assign(at('/'));
                  }}
                  onClose={() => setAsking(false)}
                />
              )}
            </>
          )}
        </WhenLoaded>
      </Card>
    </>
  );
}
