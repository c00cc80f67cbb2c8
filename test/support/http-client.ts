import type { ErrorBody } from '../../src/protocol/error.js';

type Options = { body?: unknown; headers?: Record<string, string>; text?: string };

/** A server's response. */
export type Answer = {
  status: number;
  headers: Headers;
  /** The parsed JSON, or the text. */
  body: unknown;
  /** The error in the body, if there is one. */
  error: ErrorBody | undefined;
  /** The Set-Cookie lines, by cookie name. */
  setCookies: Record<string, string>;
};

/** An HTTP client that handles cookies as browsers do. */
export class HttpClient {
  readonly url: string;
  readonly cookies = new Map<string, string>();

  constructor(url: string) {
    this.url = url;
  }

  get(path: string, options: Options = {}): Promise<Answer> {
    return this.request('GET', path, options);
  }

  post(path: string, body?: unknown, options: Options = {}): Promise<Answer> {
    return this.request('POST', path, { ...options, body });
  }

  async request(method: string, path: string, { body, headers, text }: Options): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: text ?? (body === undefined ? null : JSON.stringify(body)),
    });
    return this.#answer(response);
  }

  async #answer(response: Response): Promise<Answer> {
    const setCookies: Record<string, string> = {};
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      setCookies[name] = line;
      if (/Max-Age=0\b/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const body: unknown = isJson && text !== '' ? JSON.parse(text) : text;
    const error = isJson ? (body as { error?: ErrorBody } | null)?.error : undefined;
    return { status: response.status, headers: response.headers, body, error, setCookies };
  }
}

/** Registers an account and returns a logged-in client. */
export async function loggedIn(url: string, username: string): Promise<HttpClient> {
  const client = new HttpClient(url);
  const { status, body } = await client.post('/api/auth/register', {
    username,
    password: PASSWORD,
  });
  if (status !== 201) throw new Error(`register ${username}: ${status} ${JSON.stringify(body)}`);
  return client;
}

/** The password of every account that {@link loggedIn} registers. */
export const PASSWORD = 'correct horse battery';
