import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'sdp-transform';
import { changedSdp } from '../../test/support/changed-sdp.js';
import { fuzzRuns } from '../../test/support/fuzz-runs.js';
import { RtpParameters } from '../protocol/rtc.js';
import { publisherAnswer } from './answer.js';
import { worstFirst } from './layer-order.js';
import { readOffer } from './offer.js';
import { publishedTracks } from './published-tracks.js';
import { SdpError } from './sdp-error.js';

const FOLDER = resolve('test/fixtures/offers');
const offers = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.sdp'))
  .map((file) => readFileSync(resolve(FOLDER, file), 'utf8'));

const transport = {
  iceParameters: { usernameFragment: 'abcd', password: 'abcdefghijklmnopqrstuv' },
  iceCandidates: [],
  dtlsParameters: { fingerprints: [{ algorithm: 'sha-256' as const, value: 'AA:BB' }] },
};

/** Returns the answer, or the error. */
function answered(sdp: string): string | SdpError {
  try {
    const offer = readOffer(sdp);
    const tracks = publishedTracks(offer);
    for (const { rtpParameters } of tracks) RtpParameters.parse(rtpParameters);
    return publisherAnswer({ offer, tracks, transport, session: { id: 1, version: 1 } });
  } catch (error) {
    if (error instanceof SdpError) return error;
    throw error;
  }
}

/** Checks the invariants of every answer (RFC 3264, section 6; RFC 9143, section 7.3). */
function assertAnswers(sdp: string, answer: string): void {
  const offered = parse(sdp).media;
  const given = parse(answer);
  expect(given.media.length).toBe(offered.length);
  given.media.forEach((section, index) => {
    expect(section.type).toBe(offered[index]?.type);
    if (section.port === 0) return;
    expect(section.direction).toBe('recvonly');
    const mayBe = new Set(String(offered[index]?.payloads).split(' '));
    for (const payload of String(section.payloads).split(' ')) expect(mayBe).toContain(payload);
  });
  const taken = given.media.filter(({ port }) => port !== 0).map(({ mid }) => String(mid));
  expect(given.groups?.[0]?.mids.toString().split(' ')).toEqual(taken);
  // The offer cannot inject lines into the answer.
  expect(answer.split('\r\n').every((line) => line === '' || /^[a-z]=/.test(line))).toBe(true);
  expect(answer.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
}

const offer = fc.constantFrom(...offers);

describe('any offer', () => {
  it('is answered or rejected with an error message when lines are lost, duplicated or swapped', () => {
    fc.assert(
      fc.property(changedSdp(offers), (changed) => {
        const answer = answered(changed);
        const sentence = typeof answer === 'string' ? 'It is accepted.' : answer.message;
        expect(sentence).toMatch(/^[A-Z].+[.)]$/s);
        if (typeof answer === 'string') assertAnswers(changed, answer);
      }),
      { numRuns: fuzzRuns(400) },
    );
  });

  it('cannot inject lines through arbitrary bytes', () => {
    fc.assert(
      fc.property(
        offer,
        fc.array(fc.tuple(fc.nat(), fc.string({ unit: 'binary', maxLength: 30 })), {
          maxLength: 8,
        }),
        (sdp, inserts) => {
          let changed = sdp;
          for (const [at, text] of inserts) {
            const place = at % changed.length;
            changed = changed.slice(0, place) + text + changed.slice(place + (at % 3));
          }
          const answer = answered(changed);
          const text = typeof answer === 'string' ? answer : '';
          expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        },
      ),
      { numRuns: fuzzRuns(400) },
    );
  });

  it('is rejected if it is not SDP', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        expect(answered(text)).toBeInstanceOf(SdpError);
      }),
      { numRuns: fuzzRuns(300) },
    );
  });
});

describe('simulcast layers', () => {
  const names = fc.constantFrom<string[][]>(
    ['q', 'h', 'f'],
    ['l', 'm', 'h'],
    ['low', 'mid', 'high'],
    ['2', '1', '0'],
  );

  it('are sorted by known names, lowest first', () => {
    fc.assert(
      fc.property(
        names.chain((best) =>
          fc.tuple(fc.constant(best), fc.shuffledSubarray(best, { minLength: 3 })),
        ),
        ([sorted, shuffled]) => {
          const layers = shuffled.map((rid) => ({ rid, size: null }));
          expect(worstFirst(layers).map(({ rid }) => rid)).toEqual(sorted);
        },
      ),
      { numRuns: fuzzRuns(50) },
    );
  });

  it('are sorted by size restrictions, whatever their names', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 4_000 }), { minLength: 2, maxLength: 4 }),
        (sizes) => {
          const layers = sizes.map((size, index) => ({ rid: `${index}`, size }));
          expect(worstFirst(layers).map(({ size }) => size)).toEqual(
            sizes.toSorted((a, b) => a - b),
          );
        },
      ),
      { numRuns: fuzzRuns(50) },
    );
  });
});
