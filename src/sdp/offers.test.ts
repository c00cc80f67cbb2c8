import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publisherAnswer } from './answer.js';
import { readOffer } from './offer.js';
import { publishedTracks } from './published-tracks.js';
import { SdpError } from './sdp-error.js';

const FOLDER = resolve('test/fixtures/offers');
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.sdp'))
  .map((file) => file.slice(0, -'.sdp'.length));
const offerOf = (name: string) => readFileSync(resolve(FOLDER, `${name}.sdp`), 'utf8');

/** The server's transport in all answers of these tests. */
const transport = {
  iceParameters: {
    usernameFragment: 'l8k2xw0gq3v5',
    password: 'r7s3qf0m1x5t9d2k4h6b8n0c',
    iceLite: true,
  },
  iceCandidates: [candidate('tcp', 1_076_276_479), candidate('udp', 1_076_302_079)],
  dtlsParameters: {
    role: 'auto' as const,
    fingerprints: [
      { algorithm: 'sha-1' as const, value: 'AA:BB' },
      { algorithm: 'sha-256' as const, value: 'AA:BB:CC:DD' },
    ],
  },
};

function candidate(protocol: 'udp' | 'tcp', priority: number) {
  return {
    foundation: `${protocol}candidate`,
    priority,
    ip: '198.51.100.1',
    address: '198.51.100.1',
    protocol,
    port: 44_400,
    type: 'host' as const,
    ...(protocol === 'tcp' ? { tcpType: 'passive' as const } : {}),
  };
}

function answered(sdp: string): { tracks: string; answer: string } {
  try {
    const offer = readOffer(sdp);
    const tracks = publishedTracks(offer);
    const session = { id: 1_700_000_000_000, version: 1 };
    return {
      tracks: JSON.stringify(
        tracks.map(({ kind, rtpParameters }) => ({ kind, ...rtpParameters })),
        null,
        2,
      ),
      answer: publisherAnswer({ offer, tracks, transport, session }),
    };
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    return { tracks: 'null', answer: `rejected as ${error.reason}: ${error.message}` };
  }
}

describe('offers from encoders and browsers', () => {
  it.each(names)('parses the offer from %s into tracks and answers it', async (name) => {
    const { tracks, answer } = answered(offerOf(name));
    const file = (kind: string) => resolve(FOLDER, `expected/${name}.${kind}`);
    await expect(`${tracks}\n`).toMatchFileSnapshot(file('tracks.json'));
    await expect(answer.replaceAll('\r\n', '\n')).toMatchFileSnapshot(file('answer.txt'));
  });

  it('recognizes libwebrtc in browsers and applications built on it', () => {
    const byLibwebrtc = names.filter((name) => readOffer(offerOf(name)).byLibwebrtc);
    expect(byLibwebrtc.filter((name) => !/^(?:chrome|firefox|safari|larix)/.test(name))).toEqual(
      [],
    );
    expect(byLibwebrtc).toEqual(
      names.filter((name) => /^(?:chrome|firefox|safari|larix)/.test(name)),
    );
  });

  it('accepts LF as the line ending', () => {
    const sdp = offerOf('obs-32-h264');
    expect(answered(sdp.replaceAll('\r\n', '\n'))).toEqual(answered(sdp));
  });
});
