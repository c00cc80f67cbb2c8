import { randomBytes } from 'node:crypto';
import type {
  KeyedAccess,
  StreamKeyService,
} from '../../channels/stream-key/stream-key.service.js';
import { DomainError } from '../../common/domain-error.js';
import { SRT_REFUSAL } from '../../srt/srt-messages.js';
import type { SrtCaller } from '../../srt/srt-process.js';
import { readStreamId } from './stream-id.js';

/**
 * Whether a caller may connect: the channel and the passphrase, or the reason why not. Without a
 * channel, no passphrase is right.
 */
export type GateAnswer =
  | Readonly<{ access: KeyedAccess | null; passphrase: string | null }>
  | Readonly<{ reason: number; code: string }>;

/**
 * Decides who can publish over SRT.
 *
 * A stream id with the stream key proves the right to publish by itself, and the connection isn't
 * encrypted. A stream id with only the channel's name also requires the channel's passphrase;
 * libsrt refuses callers without it. For a channel that doesn't exist, a random passphrase is used,
 * so that callers can't find out which channels exist. The two can't be combined, because an
 * encrypting and an unencrypting end of libsrt reject each other.
 */
export class SrtGate {
  readonly #keys: StreamKeyService;

  constructor(keys: StreamKeyService) {
    this.#keys = keys;
  }

  async answer({ streamId }: SrtCaller): Promise<GateAnswer> {
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
