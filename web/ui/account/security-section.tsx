import { useState } from 'preact/hooks';
import type { SecurityView } from '../../../src/protocol/account.js';
import { PASSWORD_MIN } from '../../../src/protocol/limits.js';
import { accountApi } from '../../client/account-api.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { PasswordField } from '../components/password-field.js';
import { toast } from '../components/toast.js';
import { ALL_ENDS, EndsChecks } from './ends-checks.js';
import { FormError } from './form-error.js';
import { WhenLoaded } from './loaded.js';
import { ProofFields, proofBlame, useProof } from './proof-fields.js';
import { ProviderCard } from './provider-card.js';
import { SecondFactorCard } from './second-factor-card.js';
import { useLoaded } from './use-loaded.js';
import { useSubmit } from './use-submit.js';

async function load() {
  const [security, options] = await Promise.all([accountApi.security(), accountApi.options()]);
  return { security, provider: options.provider };
}

/** The login settings: password, two-factor authentication, and OpenID provider. */
export default function SecuritySection() {
  const [state, reload] = useLoaded(load);
  return (
    <WhenLoaded state={state} onRetry={() => void reload()}>
      {({ security, provider }) => (
        <>
          <PasswordCard security={security} onChange={reload} />
          <SecondFactorCard security={security} onChange={reload} />
          {provider !== null && (
            <ProviderCard provider={provider} security={security} onChange={reload} />
          )}
        </>
      )}
    </WhenLoaded>
  );
}

function PasswordCard({
  security,
  onChange,
}: {
  security: SecurityView;
  onChange: () => Promise<void>;
}) {
  const current = useProof(security);
  const [password, setPassword] = useState('');
  const [ends, setEnds] = useState(ALL_ENDS);
  const form = useSubmit(
    async () => {
      await accountApi.changePassword(current.proof, password, ends);
      current.clear();
      setPassword('');
      toast({ text: 'Password changed. You’re logged out everywhere else.', tone: 'good' });
      await onChange();
    },
    proofBlame(security, 'current'),
  );
  return (
    <Card>
      <h2>Password</h2>
      <p class="section-lead muted">Changing your password logs you out everywhere else.</p>
      <form class="account-form" onSubmit={form.submit} noValidate>
        <FormError message={form.message} />
        <ProofFields
          ways={security}
          typed={current}
          form={form}
          label="Current password"
          name="current"
        />
        <PasswordField
          label="New password"
          name="password"
          value={password}
          onInput={setPassword}
          hint={`At least ${PASSWORD_MIN} characters. Four random words are easy to remember.`}
          error={form.issue('password')}
          autocomplete="new-password"
          required
        />
        <EndsChecks ends={ends} onChange={setEnds} />
        <div class="account-form-actions">
          <Button type="submit" variant="primary" busy={form.busy}>
            {security.hasPassword ? 'Change password' : 'Set password'}
          </Button>
        </div>
      </form>
    </Card>
  );
}
