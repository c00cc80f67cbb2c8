import { at } from '../../client/base-path.js';
import { Button } from '../components/button.js';
import { nextPath } from '../shell/next.js';

/**
 * A link to the login at the OpenID provider. After the login, the user returns to `?next=` or
 * `fallback`.
 */
export function ProviderButton({ provider, fallback }: { provider: string; fallback: string }) {
  const invitation = new URLSearchParams(location.search).get('invitation');
  const query = new URLSearchParams({
    next: nextPath(location.search, location.origin, fallback),
    ...(invitation !== null && { invitation }),
  });
  return (
    <Button size="l" wide href={at(`/api/auth/oidc?${query.toString()}`)}>
      Continue with {provider}
    </Button>
  );
}
