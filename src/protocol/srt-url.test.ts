import { describe, expect, it } from 'vitest';
import { readSrtUrl, splitSrtUrl } from './srt-url.js';

describe('an SRT URL', () => {
  it('contains a host, a port and perhaps a latency', () => {
    expect(readSrtUrl('srt://live.example.com:9001')).toEqual({
      host: 'live.example.com',
      port: 9001,
      latencyMs: 500,
    });
    expect(readSrtUrl('srt://[2001:db8::1]:10080?mode=caller&latency=2000')).toEqual({
      host: '2001:db8::1',
      port: 10_080,
      latencyMs: 2_000,
    });
  });

  it.each([
    'srt://live.example.com',
    'srt://live.example.com:0',
    'srt://:9001',
    'srt://ann:secret@live.example.com:9001',
    'srt://live.example.com:9001/path',
    'srt://live.example.com:9001#secret',
    'srt://live.example.com:9001?streamid=secret',
    'srt://live.example.com:9001?passphrase=0123456789',
    'srt://live.example.com:9001?mode=listener',
    'srt://live.example.com:9001?latency=5',
    'srt://live.example.com:9001?latency=1e3',
    'srt://live.example.com:9001?latency=20000',
    'rtmp://live.example.com:9001',
    'live.example.com:9001',
  ])('isn’t %s', (text) => {
    expect(readSrtUrl(text)).toBeNull();
  });

  it('gives away its stream id and passphrase', () => {
    const text = 'srt://a.example:9001?mode=caller&streamid=%23!::r=a,m=publish&passphrase=a%20b=c';
    expect(splitSrtUrl(text)).toEqual({
      url: 'srt://a.example:9001?mode=caller',
      streamId: '#!::r=a,m=publish',
      passphrase: 'a b=c',
    });
    expect(splitSrtUrl('srt://a.example:9001?streamid=100%')).toEqual({
      url: 'srt://a.example:9001',
      streamId: '100%',
      passphrase: null,
    });
    const plain = { url: 'srt://a.example:9001', streamId: null, passphrase: null };
    expect(splitSrtUrl(plain.url)).toEqual(plain);
  });
});
