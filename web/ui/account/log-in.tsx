import { useState } from 'preact/hooks';
import { at } from '../../client/base-path.js';
import { accountApi } from '../../client/account-api.js';
import { RequestError } from '../../client/request-error.js';
import { Button } from '../components/button.js';
import { PasswordField } from '../components/password-field.js';
import { TextField } from '../components/text-field.js';
import { nextPath } from '../shell/next.js';
import { CredentialsCard } from './credentials-card.js';
import { FormError } from './form-error.js';
import { ProviderButton } from './provider-button.js';
import { providerProblem } from './provider-problem.js';
import { useLoaded } from './use-loaded.js';
import { useSubmit } from './use-submit.js';

/**
 * The login form. Asks for an authenticator code if the account requires one, and redirects to
 * `?next=` or the home page.
 */
export function LogIn() {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const [options] = useLoaded(accountApi.options);
  const problem = new URLSearchParams(location.search).get('problem');
  const form = useSubmit(
    async () => {
      try {
        await accountApi.login(username, password, code);
      } catch (error) {
        const asksCode = error instanceof RequestError && error.code === 'second_factor_required';
        if (!asksCode) throw error;
        setCode('');
        return;
      }
      location.assign(at(nextPath(location.search, location.origin)));
    },
    { wrong_credentials: 'password', wrong_code: 'code' },
  );
  const closed = options.name === 'loaded' && options.value.registration === 'closed';
  return (
    <CredentialsCard
      title="Log in"
      lead={code === null ? 'Welcome back.' : 'Enter your two-factor code.'}
      onSubmit={form.submit}
      elsewhere={
        closed ? null : (
          <>
            New here? <a href={at(`/register${location.search}`)}>Create an account</a>
          </>
        )
      }
    >
      <FormError
        message={form.message ?? (problem === null ? undefined : providerProblem(problem))}
      />
      {code === null ? (
        <>
          <TextField
            label="Username"
            name="username"
            value={username}
            onInput={setUsername}
            error={form.issue('username')}
            autocomplete="username"
            autocapitalize="none"
            required
          />
          <PasswordField
            label="Password"
            name="password"
            value={password}
            onInput={setPassword}
            error={form.issue('password')}
            autocomplete="current-password"
            required
          />
        </>
      ) : (
        <TextField
          label="Code"
          name="code"
          value={code}
          onInput={setCode}
          hint="From your authenticator app, or a recovery code."
          error={form.issue('code')}
          autocomplete="one-time-code"
          autocapitalize="none"
          required
          inputRef={(input) => input?.focus()}
        />
      )}
      <Button type="submit" variant="primary" size="l" wide busy={form.busy}>
        Log in
      </Button>
      {code === null && options.name === 'loaded' && options.value.provider !== null && (
        <ProviderButton provider={options.value.provider} fallback="/" />
      )}
    </CredentialsCard>
  );
}
