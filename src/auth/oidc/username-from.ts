import { USERNAME_PATTERN } from '../../protocol/limits.js';
import type { ProviderClaims } from './oidc-client.js';

const LENGTH_MAX = 24;

/** Derives a new account's username from the provider's claims. The username may be taken. */
export function usernameFrom(claims: Omit<ProviderClaims, 'iss' | 'sub'>): string {
  const { preferred_username, nickname, email, name } = claims;
  for (const wish of [preferred_username, nickname, email, name]) {
    const fitted = fit(wish ?? '');
    if (USERNAME_PATTERN.test(fitted)) return fitted;
  }
  return 'member';
}

/** Removes the characters that usernames can't contain. */
function fit(wish: string): string {
  return wish
    .replace(/@.*$/, '')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, LENGTH_MAX)
    .replaceAll(/^-+|-+$/g, '');
}
