import { useState } from 'preact/hooks';
import { Download, Trash } from 'lucide';
import { at } from '../../client/base-path.js';
import { accountApi } from '../../client/account-api.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { WhenLoaded } from './loaded.js';
import { PasswordDialog } from './password-dialog.js';
import { useLoaded } from './use-loaded.js';

/** Exports the account's data, and deletes the account. */
export default function DataSection({ username }: { username: string }) {
  const [state, reload] = useLoaded(accountApi.security);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Card>
        <h2>Your data</h2>
        <p class="section-lead muted">
          One JSON file with your profile, logins, tokens, activity, follows, channels, broadcasts
          and chat messages.
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
          Your channels are deleted with their broadcasts and chats. Your messages in other chats
          stay, without your name. This can’t be undone.
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
                  text="This permanently deletes the account and its channels."
                  action="Delete permanently"
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
