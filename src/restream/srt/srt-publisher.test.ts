import { describe, expect, it } from 'vitest';
import type { SrtDestination } from '../../srt/srt-messages.js';
import type { SrtProcess } from '../../srt/srt-process.js';
import type { SrtRunner } from '../../srt/srt-runner.js';
import type { RestreamDialer } from '../restream-dialer.js';
import { RestreamError } from '../restream-problem.js';
import { SrtPublisher } from './srt-publisher.js';

const TARGET = {
  url: 'srt://live.example.com:9001?latency=300',
  streamId: 'live_secret',
  passphrase: 'a secret phrase',
};
const { signal } = new AbortController();

function publisherWith(
  process: Pick<SrtProcess, 'connect'> | null,
  address: () => Promise<string>,
) {
  const runner = { process, start: async () => process !== null } as unknown as SrtRunner;
  return new SrtPublisher(runner, { resolve: address } as unknown as RestreamDialer);
}

describe('the publisher of SRT targets', () => {
  it('connects to the address that was checked, not to the name', async () => {
    const seen: SrtDestination[] = [];
    const connect: SrtProcess['connect'] = (destination) => {
      seen.push(destination);
      return { send: () => true, close: () => undefined };
    };
    const publication = await publisherWith({ connect }, async () => '203.0.113.9').publish(
      TARGET,
      signal,
    );
    publication.close();
    const { streamId, passphrase } = TARGET;
    expect(seen).toEqual([
      { address: '203.0.113.9', port: 9_001, streamId, passphrase, latencyMs: 300 },
    ]);
  });

  it('says so if this server can’t send over SRT', async () => {
    const call = publisherWith(null, async () => '203.0.113.9').publish(TARGET, signal);
    await expect(call).rejects.toMatchObject({ problem: 'srt_missing' });
  });

  it('doesn’t connect to an address that isn’t allowed', async () => {
    const connect = (): never => {
      throw new Error('connected');
    };
    const refuse = () => Promise.reject(new RestreamError('address_refused'));
    const call = publisherWith({ connect }, refuse).publish(TARGET, signal);
    await expect(call).rejects.toMatchObject({ problem: 'address_refused' });
  });
});
