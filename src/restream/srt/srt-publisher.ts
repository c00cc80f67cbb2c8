import { Injectable } from '@nestjs/common';
import { readSrtUrl } from '../../protocol/srt-url.js';
import { SrtRunner } from '../../srt/srt-runner.js';
import { RestreamDialer } from '../restream-dialer.js';
import { RestreamError } from '../restream-problem.js';
import { SrtPublication } from './srt-publication.js';

/** A target. The stream id and the passphrase must never be logged. */
export type SrtTarget = Readonly<{ url: string; streamId: string; passphrase: string | null }>;

/** Connects to SRT servers that users choose, subject to the same rules as webhooks. */
@Injectable()
export class SrtPublisher {
  constructor(
    private readonly runner: SrtRunner,
    private readonly dialer: RestreamDialer,
  ) {}

  /** @throws {RestreamError} */
  async publish(
    { url, streamId, passphrase }: SrtTarget,
    signal: AbortSignal,
  ): Promise<SrtPublication> {
    const place = readSrtUrl(url);
    if (place === null) throw new RestreamError('unreachable');
    const { port, latencyMs } = place;
    const address = await this.dialer.resolve(url, signal);
    await this.runner.start();
    const { process } = this.runner;
    if (process === null) throw new RestreamError('srt_missing');
    return new SrtPublication(process, { address, port, streamId, passphrase, latencyMs });
  }
}
