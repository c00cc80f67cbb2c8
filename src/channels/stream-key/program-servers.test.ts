import { expect, it } from 'vitest';
import { readConfig } from '../../config/read-config.js';
import { rtmpServers, srtServer } from './program-servers.js';

const FILES = { RTMPS_CERT_FILE: 'chain.pem', RTMPS_KEY_FILE: 'key.pem' };

it.each<[Record<string, string>, string[]]>([
  [{}, ['rtmp://live.example.org/live']],
  [{ RTMP_PORT: '1936' }, ['rtmp://live.example.org:1936/live']],
  [{ RTMP_PORT: '0' }, []],
  [{ RTMP_PORT: '0', RTMPS_PORT: '443', ...FILES }, ['rtmps://live.example.org/live']],
  [
    { RTMPS_PORT: '1936', ...FILES },
    ['rtmps://live.example.org:1936/live', 'rtmp://live.example.org/live'],
  ],
])('over RTMP with %j are %j', (settings, servers) => {
  const config = readConfig({ PUBLIC_URL: 'https://live.example.org/onair', ...settings });
  expect(rtmpServers(config)).toEqual(servers);
});

it('over SRT uses the host of the public URL', () => {
  const config = readConfig({ PUBLIC_URL: 'https://live.example.org/onair', SRT_PORT: '8891' });
  expect(srtServer(config)).toBe('srt://live.example.org:8891');
});
