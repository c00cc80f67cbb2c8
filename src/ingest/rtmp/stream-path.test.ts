import { expect, it } from 'vitest';
import { readStreamPath } from './stream-path.js';

it.each<[app: string, stream: string, channel: string | null, key: string]>([
  ['live', 'live_key', null, 'live_key'],
  ['live/', 'live_key', null, 'live_key'],
  ['ann', 'live_key', 'ann', 'live_key'],
  ['live/ann', 'live_key', 'ann', 'live_key'],
  // An encoder with one field for the whole address.
  ['live/live_key', '', null, 'live_key'],
  ['live', 'live_key?vhost=x', null, 'live_key'],
  ['live?a=b', ' live_key', null, 'live_key'],
  ['live', '', null, ''],
  ['', 'live_key', null, ''],
])('finds channel and key in %j and %j', (app, stream, channel, key) => {
  expect(readStreamPath(app, stream)).toEqual({ channel, key });
});
