import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const python = process.env.SRT_PYTHON_BIN ?? 'python3';
const FOLDER = fileURLToPath(new URL('../../native/srt', import.meta.url));
/** Reads attempts, each a time in seconds and an address; writes which are within the limit. */
const SCRIPT = `
import json, sys
sys.path.insert(0, sys.argv[1])
from attempts import Attempts
now = 0
attempts = Attempts(3, 0.5, lambda: now)
within = []
for now, address in json.load(sys.stdin):
    within.append(attempts.take(address))
print(json.dumps([within, len(attempts.buckets)]))
`;

function take(attempts: readonly (readonly [seconds: number, address: string])[]): {
  within: boolean[];
  buckets: number;
} {
  const written = execFileSync(python, ['-B', '-c', SCRIPT, FOLDER], {
    input: JSON.stringify(attempts),
  });
  const [within, buckets] = JSON.parse(written.toString()) as [boolean[], number];
  return { within, buckets };
}

describe.skipIf(python === '')('the SRT program’s limit of attempts', () => {
  it('allows a burst, and then the rate', () => {
    const times = [0, 0, 0, 0, 1, 2, 2, 3, 4];
    const { within } = take(times.map((time) => [time, '192.0.2.1']));
    expect(within).toEqual([true, true, true, false, false, true, false, false, true]);
  });

  it('is one for each IPv4 address, and for each IPv6 network', () => {
    const burst = (address: string) => Array.from({ length: 3 }, () => [0, address] as const);
    const { within } = take([
      ...burst('192.0.2.1'),
      [0, '192.0.2.2'],
      ...burst('2001:db8::1'),
      [0, '2001:db8::2'],
      [0, '2001:db8:0:1::1'],
    ]);
    expect(within).toEqual([true, true, true, true, true, true, true, false, true]);
  });

  it('is sixteen times as high for all networks of an IPv6 site together', () => {
    const networks = Array.from({ length: 60 }, (_, at) => `2001:db8:0:${at.toString(16)}::1`);
    const { within } = take([
      ...networks.map((address) => [0, address] as const),
      [0, '2001:db8:1::1'],
    ]);
    expect(within.filter(Boolean)).toHaveLength(3 * 16 + 1);
    expect(within.at(-1)).toBe(true);
  });

  it('remembers a bounded number of addresses, the latest ones', () => {
    const others = Array.from(
      { length: 20_001 },
      (_, at) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
    );
    const last = others.at(-1) ?? '';
    const { within, buckets } = take([...others, last, last, last].map((address) => [0, address]));
    expect(buckets).toBe(20_000);
    expect(within.slice(-3)).toEqual([true, true, false]);
  });
});
