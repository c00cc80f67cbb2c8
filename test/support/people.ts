/** A person with an account, as the API and the sockets identify them. */
export type Person = { username: string; cookie: string };

/** Registers an account and logs in. */
export async function register(url: string, username: string): Promise<Person> {
  const response = await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: 'correct horse battery' }),
  });
  if (!response.ok) throw new Error(`register: ${response.status} ${await response.text()}`);
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { username, cookie };
}

/**
 * Sends an API request as `person`. Resolves with the body if it succeeds; otherwise rejects with
 * the error.
 */
export async function api<T>(
  url: string,
  person: Person | null,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: {
      ...(person ? { cookie: person.cookie } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Registers an account and creates a channel of the same name. */
export async function registerWithChannel(url: string, name: string, title = ''): Promise<Person> {
  const person = await register(url, name);
  await api(url, person, 'POST', '/channels', { name, title });
  return person;
}

/** Creates the stream key for a person's channel, which has their name. */
export async function createStreamKey(url: string, owner: Person): Promise<string> {
  const path = `/channels/${owner.username}/stream-key`;
  return (await api<{ streamKey: string }>(url, owner, 'POST', path)).streamKey;
}

/** Returns the Cookie header that identifies a new visitor without an account. */
export async function guestCookie(url: string): Promise<string> {
  const response = await fetch(`${url}/api/me`);
  const line = response.headers.getSetCookie().find((text) => text.startsWith('onair_guest='));
  return line?.split(';')[0] ?? '';
}
