import { useState } from 'preact/hooks';
import { at } from '../../client/base-path.js';
import { accountApi } from '../../client/account-api.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Notice } from '../components/notice.js';
import { nextPath } from '../shell/next.js';
import { CredentialsCard } from './credentials-card.js';
import { FormError } from './form-error.js';
import { NewCredentials } from './new-credentials.js';
import { ProviderButton } from './provider-button.js';
import { useLoaded } from './use-loaded.js';
import { useSubmit } from './use-submit.js';

const invitationCode = (): string | null => new URLSearchParams(location.search).get('invitation');

/**
 * The registration form, or the reason why registration is unavailable. Redirects to `?next=` or
 * the studio.
 */
export function Register() {
  const [options] = useLoaded(accountApi.options);
  const mode = options.name === 'loaded' ? options.value.registration : 'open';
  if (mode === 'closed')
    return (
      <NoForm title="Registration is closed">
        New accounts can’t be created on this server. Contact an administrator.
      </NoForm>
    );
  if (mode === 'invitation' && invitationCode() === null)
    return (
      <NoForm title="Invitation required">
        Registration on this server requires an invitation. Open the link that you were sent.
      </NoForm>
    );
  return <RegisterForm provider={options.name === 'loaded' ? options.value.provider : null} />;
}

function NoForm({ title, children }: { title: string; children: string }) {
  return (
    <Card narrow>
      <Notice title={title} action={<Button href={at('/login')}>Log in</Button>}>
        {children}
      </Notice>
    </Card>
  );
}

function RegisterForm({ provider }: { provider: string | null }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const form = useSubmit(
    async () => {
      await accountApi.register(username, password, invitationCode());
      location.assign(at(nextPath(location.search, location.origin, '/studio')));
    },
    { username_taken: 'username' },
  );
  return (
    <CredentialsCard
      title="Create an account"
      lead="Go live from your browser, and chat under your own name."
      onSubmit={form.submit}
      elsewhere={
        <>
          Already have an account? <a href={at(`/login${location.search}`)}>Log in</a>
        </>
      }
    >
      <FormError message={form.message} />
      <NewCredentials
        username={username}
        password={password}
        onUsername={setUsername}
        onPassword={setPassword}
        form={form}
      />
      <Button type="submit" variant="primary" size="l" wide busy={form.busy}>
        Create account
      </Button>
      {provider !== null && <ProviderButton provider={provider} fallback="/studio" />}
    </CredentialsCard>
  );
}
