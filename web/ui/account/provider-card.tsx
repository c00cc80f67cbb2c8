import { useState } from 'preact/hooks';
import type { SecurityView } from '../../../src/protocol/account.js';
import { accountApi } from '../../client/account-api.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { attempt } from './attempt.js';
import { PasswordDialog } from './password-dialog.js';

/** Connects and disconnects the OpenID provider. */
export function ProviderCard({
  provider,
  security,
  onChange,
}: {
  provider: string;
  security: SecurityView;
  onChange: () => Promise<void>;
}) {
  const [asking, setAsking] = useState(false);
  return (
    <Card>
      <div class="section-head">
        <h2>{provider}</h2>
        {security.provider && <Badge tone="good">Connected</Badge>}
      </div>
      <p class="section-lead muted">
        {security.provider
          ? `You can log in with ${provider} instead of your password.`
          : `Connect your account to log in with ${provider}.`}
      </p>
      <div class="section-actions">
        {security.provider ? (
          <Button
            onClick={() =>
              void attempt(async () => {
                await accountApi.disconnectProvider();
                await onChange();
              }, `${provider} disconnected.`)
            }
          >
            Disconnect
          </Button>
        ) : (
          <Button onClick={() => setAsking(true)}>Connect {provider}</Button>
        )}
      </div>
      {asking && (
        <PasswordDialog
          title={`Connect ${provider}`}
          text={`You’ll log in at ${provider} and then return here.`}
          action="Continue"
          ways={security}
          onConfirm={async (proof) => {
            const { url } = await accountApi.connectProvider(proof);
            location.assign(url);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </Card>
  );
}
