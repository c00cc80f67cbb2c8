import { Inject, Injectable } from '@nestjs/common';
import type { Configuration } from 'openid-client';
import { z } from 'zod';
import { CONFIG, type Config } from '../../config/config.js';

const CALLBACK = '/api/auth/oidc/callback';
const SCOPE = 'openid profile email';
const TIMEOUT_S = 10;

const Claims = z.object({
  iss: z.string().max(500),
  sub: z.string().min(1).max(255),
  preferred_username: z.string().optional().catch(undefined),
  nickname: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  email: z.string().optional().catch(undefined),
});
/** Who the provider says that somebody is. */
export type ProviderClaims = z.output<typeof Claims>;

/** What goes with the way to the provider and back. */
export type ProviderChecks = Readonly<{ state: string; nonce: string; verifier: string }>;

/**
 * The OpenID provider, by OpenID Connect Core's authorization code flow with PKCE. The library is loaded
 * and the provider asked when the first log in by it, so it may be away when the service starts.
 */
@Injectable()
export class OidcClient {
  readonly #config: Config['auth']['oidc'];
  readonly #publicUrl: string;
  #discovered: Promise<Configuration> | null = null;

  constructor(@Inject(CONFIG) config: Config) {
    this.#config = config.auth.oidc;
    this.#publicUrl = config.http.publicUrl;
  }

  /** What people call it; null when there is none. */
  get name(): string | null {
    return this.#config?.name ?? null;
  }

  /** Where to send somebody, and what to check when they are back. Rejects when the provider is away. */
  async start(): Promise<{ url: string; checks: ProviderChecks }> {
    const [library, configuration] = await Promise.all([load(), this.#discover()]);
    const verifier = library.randomPKCECodeVerifier();
    const checks = { state: library.randomState(), nonce: library.randomNonce(), verifier };
    const url = library.buildAuthorizationUrl(configuration, {
      redirect_uri: `${this.#publicUrl}${CALLBACK}`,
      scope: SCOPE,
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await library.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, checks };
  }

  /**
   * Who somebody is that is back.
   *
   * @param search the address's query, as the provider made it
   * @throws when the provider refused, or what came doesn't hold
   */
  async finish(search: string, checks: ProviderChecks): Promise<ProviderClaims> {
    const [library, configuration] = await Promise.all([load(), this.#discover()]);
    const url = new URL(`${this.#publicUrl}${CALLBACK}${search}`);
    const tokens = await library.authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: checks.verifier,
      expectedState: checks.state,
      expectedNonce: checks.nonce,
      idTokenExpected: true,
    });
    const claims = Claims.parse(tokens.claims());
    if (claims.preferred_username !== undefined) return claims;
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
    const more = await library.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    return Claims.parse({ ...more, iss: claims.iss, sub: claims.sub });
  }

  async #discover(): Promise<Configuration> {
    this.#discovered ??= this.#ask().catch((error: unknown) => {
      // The next one asks again.
      this.#discovered = null;
      throw error;
    });
    return this.#discovered;
  }

  async #ask(): Promise<Configuration> {
    if (this.#config === null) throw new Error('no OpenID provider is configured');
    const { issuer, clientId, clientSecret } = this.#config;
    const library = await load();
    const server = new URL(issuer);
    // The configuration allows it for loopback only.
    const execute = server.protocol === 'http:' ? [library.allowInsecureRequests] : [];
    return library.discovery(server, clientId, clientSecret, undefined, {
      execute,
      timeout: TIMEOUT_S,
    });
  }
}

const load = () => import('openid-client');
