import { describe, expect, it } from 'vitest';
import { restreamProtocol } from './restream-protocol.js';
import { NewRestreamTarget } from './restream.js';

const parse = (url: string) => NewRestreamTarget.safeParse({ name: 'A service', url, key: 'a' });

describe('the URL of a restream target', () => {
  it.each([
    ['RTMP://live.example.com/app', 'rtmp', 'rtmp://live.example.com/app'],
    ['RtmpS://live.example.com/app', 'rtmp', 'rtmps://live.example.com/app'],
    ['SRT://live.example.com:9001?latency=90', 'srt', 'srt://live.example.com:9001?latency=90'],
    ['HTTPS://live.example.com/whip', 'whip', 'https://live.example.com/whip'],
    ['ht\ttps://live.example.com/whip', 'whip', 'https://live.example.com/whip'],
  ])('%j is a URL for %s', (text, protocol, url) => {
    expect(restreamProtocol(text)).toBe(protocol);
    expect(parse(text).data?.url).toBe(url);
  });

  it.each([
    ['SRT://live.example.com', /with a port/],
    ['SRT://live.example.com:9001?streamid=secret', /have their own fields/],
    ['HTTPS://live.example.com/whip?token=secret', /belong in the stream key/],
    ['rtmp:live.example.com/app', /a URL of a server/],
    ['http://live.example.com/whip', /starts with rtmp/],
    ['live.example.com', /starts with rtmp/],
  ])('isn’t %s', (text, reason) => {
    expect(parse(text).error?.message).toMatch(reason);
  });
});
