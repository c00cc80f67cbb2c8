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
/** The provider's claims about a user. */
export type ProviderClaims = z.output<typeof Claims>;

/** The values to verify when the user returns from the provider. */
export type ProviderChecks = Readonly<{ state: string; nonce: string; verifier: string }>;

/**
 * The client for the OpenID provider. It uses the authorization code flow of OpenID Connect Core
 * with PKCE. The library isn't loaded, and the provider isn't contacted, until the first login. The
 * service therefore starts even if the provider is unavailable.
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

  /** The provider's display name; null if no provider is configured. */
  get name(): string | null {
    return this.#config?.name ?? null;
  }

  /**
   * Returns the URL to redirect to, and the values to verify when the user returns. Rejects if the
   * provider is unavailable.
   */
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
   * Verifies the provider's response and returns the claims.
   *
   * @param search the query string of the return URL, as the provider sent it
   * @throws if the provider refused or the response is invalid
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
      // Discovery is retried at the next login.
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
    // The configuration allows http for loopback only.
    const execute = server.protocol === 'http:' ? [library.allowInsecureRequests] : [];
    return library.discovery(server, clientId, clientSecret, undefined, {
      execute,
      timeout: TIMEOUT_S,
    });
  }
}

const load = () => import('openid-client');
