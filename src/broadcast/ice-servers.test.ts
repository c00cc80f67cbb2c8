import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/read-config.js';
import { iceServers } from './ice-servers.js';

describe('iceServers', () => {
  it('returns nothing if none are configured', () => {
    expect(iceServers(readConfig({}).rtc, 'ann', 0)).toEqual([]);
  });

  it('creates expiring credentials that coturn accepts', () => {
    const { rtc } = readConfig({
      RTC_STUN_URLS: 'stun:s.example:3478',
      RTC_TURN_URLS: 'turn:t.example:3478, turns:t.example:5349',
      RTC_TURN_SECRET: 'north-star',
      RTC_TURN_TTL_SECONDS: '600',
    });
    // printf '1700000600:ann' | openssl dgst -sha1 -hmac north-star -binary | base64
    expect(iceServers(rtc, 'ann', 1_700_000_000_000)).toEqual([
      { urls: ['stun:s.example:3478'] },
      {
        urls: ['turn:t.example:3478', 'turns:t.example:5349'],
        username: '1700000600:ann',
        credential: 'GdCUVIfiw1cTkcOusb4MS0zob2A=',
      },
    ]);
  });
});
