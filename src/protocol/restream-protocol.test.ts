import { describe, expect, it } from 'vitest';
import { keyReceiver } from './restream-protocol.js';

const isSame = (one: string, other: string) => keyReceiver(one) === keyReceiver(other);

describe('the receiver of a key', () => {
  it('is the server for RTMP, whatever the path', () => {
    expect(isSame('rtmp://a.example/live', 'rtmp://a.example/other')).toBe(true);
    expect(isSame('rtmps://a.example:444/live', 'rtmps://a.example:444/')).toBe(true);
    expect(isSame('rtmp://a.example/live', 'rtmp://b.example/live')).toBe(false);
    expect(isSame('rtmp://a.example/live', 'rtmp://a.example:1936/live')).toBe(false);
    expect(isSame('rtmp://a.example/live', 'rtmps://a.example/live')).toBe(false);
  });

  it('is the server for SRT, whatever the latency', () => {
    expect(isSame('srt://a.example:9001', 'srt://a.example:9001?latency=900')).toBe(true);
    expect(isSame('srt://a.example:9001', 'srt://a.example:9002')).toBe(false);
    expect(isSame('srt://a.example:9001', 'srt://b.example:9001')).toBe(false);
  });

  it('is the endpoint alone for WHIP', () => {
    expect(isSame('https://a.example/whip', 'https://a.example:443/whip')).toBe(true);
    expect(isSame('https://a.example/whip', 'https://a.example/redirect')).toBe(false);
    expect(isSame('https://a.example/whip', 'https://b.example/whip')).toBe(false);
    expect(isSame('https://a.example/whip', 'rtmp://a.example/whip')).toBe(false);
  });
});
