import { randomBytes } from 'node:crypto';
import type {
  KeyedAccess,
  StreamKeyService,
} from '../../channels/stream-key/stream-key.service.js';
import { DomainError } from '../../common/domain-error.js';
import { AddressRates } from '../../security/address-limits.js';
import { SRT_REFUSAL } from '../../srt/srt-messages.js';
import type { SrtCaller } from '../../srt/srt-process.js';
import { readStreamId } from './stream-id.js';

/**
 * While a caller waits for an answer, nothing arrives from others, so that attempts are limited.
 * Encoders try again every few seconds.
 */
const ATTEMPTS = { burst: 20, perSecond: 1 };

/**
 * Whether a caller may connect: the channel and the passphrase, or the reason why not. Without a
 * channel, no passphrase is right.
 */
export type GateAnswer =
  | Readonly<{ access: KeyedAccess | null; passphrase: string | null }>
  | Readonly<{ reason: number; code: string }>;

/**
 * Decides who may publish over SRT.
 *
 * A stream id with the stream key proves the right by itself, and isn't encrypted. One with the
 * channel's name only needs the channel's passphrase, by which libsrt refuses everybody else. For a
 * channel that doesn't exist, a random one stands in, so that nobody can find out. It has to be one or the other: libsrt's callers reject a server that encrypts if they don't, and the
 * reverse.
 */
export class SrtGate {
  readonly #keys: StreamKeyService;
  readonly #attempts: AddressRates;

  /** @param limitFactor multiplies the limit of attempts per address */
  constructor(keys: StreamKeyService, limitFactor: number) {
    this.#keys = keys;
    const { burst, perSecond } = ATTEMPTS;
    this.#attempts = new AddressRates({
      burst: Math.ceil(burst * limitFactor),
      perSecond: perSecond * limitFactor,
    });
  }

  async answer({ address, streamId }: SrtCaller, nowMs: number): Promise<GateAnswer> {
    if (this.#attempts.take(address, nowMs) > 0)
      return { reason: SRT_REFUSAL.overload, code: 'rate_limited' };
    const target = readStreamId(streamId);
    if (target.type === 'unreadable')
      return { reason: SRT_REFUSAL.badRequest, code: 'unreadable_stream_id' };
    if (target.type === 'play') return { reason: SRT_REFUSAL.badMode, code: 'cannot_play' };
    try {
      if (target.type === 'channel')
        return (
          (await this.#keys.passphraseOf(target.channel)) ?? { access: null, passphrase: dud() }
        );
      const access = await this.#keys.channelOfKey(target.key, target.channel);
      return { access, passphrase: null };
    } catch (error) {
      if (error instanceof DomainError)
        return { reason: SRT_REFUSAL.unauthorized, code: error.code };
      throw error;
    }
  }
}

const dud = (): string => randomBytes(24).toString('base64url');
