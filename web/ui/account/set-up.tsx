import { useState } from 'preact/hooks';
import type { AccountView } from '../../../src/protocol/account.js';
import { at } from '../../client/base-path.js';
import { accountApi } from '../../client/account-api.js';
import { Button } from '../components/button.js';
import { CredentialsCard } from './credentials-card.js';
import { FormError } from './form-error.js';
import { NewCredentials } from './new-credentials.js';
import { useSubmit } from './use-submit.js';

const setupToken = (): string => new URLSearchParams(location.search).get('token') ?? '';

/**
 * The page to which the setup link in the startup log leads. It creates the first administrator, or
 * makes the logged-in user one.
 */
export function SetUp({ account }: { account: AccountView | null }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const form = useSubmit(
    async () => {
      if (account) await accountApi.claim(setupToken());
      else await accountApi.setUp(setupToken(), username, password);
      location.assign(at('/admin'));
    },
    { username_taken: 'username' },
  );
  return (
    <CredentialsCard
      title="Set up Onair"
      lead={
        account
          ? `Your account, ${account.username}, will become the administrator.`
          : 'Create the administrator account. This link works once.'
      }
      onSubmit={form.submit}
      elsewhere={null}
    >
      <FormError message={form.message} />
      {!account && (
        <NewCredentials
          username={username}
          password={password}
          onUsername={setUsername}
          onPassword={setPassword}
          form={form}
        />
      )}
      <Button type="submit" variant="primary" size="l" wide busy={form.busy}>
        {account ? 'Become administrator' : 'Create administrator'}
      </Button>
    </CredentialsCard>
  );
}
