import { USERNAME_PATTERN } from '../../protocol/limits.js';
import type { ProviderClaims } from './oidc-client.js';

const LENGTH_MAX = 24;

/** The username that a new account gets by what the provider calls somebody; it may be taken. */
export function usernameFrom(claims: Omit<ProviderClaims, 'iss' | 'sub'>): string {
  const { preferred_username, nickname, email, name } = claims;
  for (const wish of [preferred_username, nickname, email, name]) {
    const fitted = fit(wish ?? '');
    if (USERNAME_PATTERN.test(fitted)) return fitted;
  }
  return 'member';
}

/** Letters of other alphabets and the like are left out. */
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
