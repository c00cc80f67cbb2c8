import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { Provider } from 'oidc-provider';
import { freePort } from './free-port.js';
import type { HttpClient } from './http-client.js';

/** A person with an account at the provider, by login name. */
export type ProviderPerson = { preferred_username?: string; name?: string; email?: string };

export const CLIENT = { id: 'onair', secret: 'the secret of a client that is for tests' };

/** A real OpenID provider on the loopback address, for one client. */
export class OpenIdProvider {
  readonly issuer: string;
  readonly people = new Map<string, ProviderPerson>();
  readonly #server: Server;

  private constructor(issuer: string, server: Server) {
    this.issuer = issuer;
    this.#server = server;
  }

  static async start(redirectUri: string): Promise<OpenIdProvider> {
    const port = await freePort();
    const issuer = `http://127.0.0.1:${port}`;
    const server = createServer();
    const opened = new OpenIdProvider(issuer, server);
    const provider = new Provider(issuer, {
      clients: [
        { client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] },
      ],
      claims: { openid: ['sub'], profile: ['preferred_username', 'name'], email: ['email'] },
      cookies: { keys: ['a key for tests'] },
      findAccount: (_context, id) => ({
        accountId: id,
        claims: () => ({ sub: id, ...opened.people.get(id) }),
      }),
    });
    const answer = provider.callback();
    server.on('request', (request, response) => void answer(request, response));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return opened;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /**
   * Does what a browser does after a redirect to the provider: logs in as `login` and consents.
   * Resolves with the URL to which the provider redirects back.
   */
  async visit(authorizationUrl: string, login: string): Promise<string> {
    const cookies = new Map<string, string>();
    let url = authorizationUrl;
    let form: URLSearchParams | null = null;
    for (let steps = 0; steps < 15; steps += 1) {
      if (!url.startsWith(this.issuer)) return url;
      const response: Response = await fetch(url, {
        method: form ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(form ? { body: form } : {}),
      });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get('location');
      const text = await response.text();
      form = null;
      if (location !== null) url = new URL(location, url).href;
      else if (/name="prompt" value="login"/.test(text))
        form = new URLSearchParams({ prompt: 'login', login, password: 'any' });
      else if (/name="prompt" value="consent"/.test(text))
        form = new URLSearchParams({ prompt: 'consent' });
      else throw new Error(`the provider shows ${response.status}: ${text.slice(0, 500)}`);
      if (form) url = new URL(/action="([^"]+)"/.exec(text)?.[1] ?? url, url).href;
    }
    throw new Error('too many redirects at the provider');
  }
}

/** Requests the path and query of a URL from the client's own server. */
export async function follow(client: HttpClient, url: string) {
  const { pathname, search } = new URL(url);
  return client.get(`${pathname}${search}`);
}
