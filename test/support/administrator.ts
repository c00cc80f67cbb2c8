import { FirstAdministrator } from '../../src/admin/first-administrator.js';
import type { TestApp } from './app.js';
import { HttpClient, PASSWORD } from './http-client.js';

/** Returns the token from the setup link that the server logs when it first starts. */
export async function setupToken(server: TestApp): Promise<string> {
  const link = await server.app.get(FirstAdministrator).link();
  if (link === null) throw new Error('an administrator already exists');
  return new URL(link).searchParams.get('token') ?? '';
}

/** Returns a client that is logged in as the first administrator account. */
export async function administrator(server: TestApp, username = 'boss'): Promise<HttpClient> {
  const client = new HttpClient(server.url);
  const token = await setupToken(server);
  const { status, body } = await client.post('/api/setup', { token, username, password: PASSWORD });
  if (status !== 201) throw new Error(`setup: ${status} ${JSON.stringify(body)}`);
  return client;
}
