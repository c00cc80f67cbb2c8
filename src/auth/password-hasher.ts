import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';

/** OWASP's parameters for argon2id: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/**
 * A hash takes 20 to 50 ms of a core and 19 MiB. Limits concurrent hashes, so that media is not
 * starved.
 */
const AT_ONCE = 2;
const WAITING_MAX = 50;
const RETRY_AFTER_MS = 2_000;

type Parameters = Readonly<{
  memory: number;
  passes: number;
  parallelism: number;
  nonce: Buffer;
  tagLength: number;
}>;

const derive = promisify(argon2);

/** Creates and verifies password hashes: argon2id in PHC strings, a few at a time. */
@Injectable()
export class PasswordHasher {
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /**
   * Compared with if the account does not exist, so that this takes as long as a wrong password.
   */
  readonly #decoy = phc(
    { ...ownParameters(), nonce: randomBytes(SALT_BYTES) },
    randomBytes(HASH_BYTES),
  );

  /** Hashes a password to a PHC string. Rejects with `unavailable` when too many are queued. */
  async hash(password: string): Promise<string> {
    const parameters = ownParameters();
    return phc(parameters, await this.#derive(password, parameters));
  }

  /**
   * Verifies a password; takes the same time with null, for an account that does not exist. Rejects
   * with `unavailable` when too many are queued.
   */
  async verify(password: string, hash: string | null): Promise<boolean> {
    const { parameters, expected } = parsePhc(hash ?? this.#decoy);
    const actual = await this.#derive(password, parameters);
    return timingSafeEqual(actual, expected) && hash !== null;
  }

  async #derive(password: string, parameters: Parameters): Promise<Buffer> {
    await this.#enter();
    try {
      return await derive('argon2id', { ...parameters, message: password.normalize('NFC') });
    } finally {
      this.#leave();
    }
  }

  /** Takes a free slot, or waits for one that is handed over. */
  #enter(): Promise<void> | void {
    if (this.#running < AT_ONCE) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= WAITING_MAX)
      throw new DomainError('unavailable', 'Too many people log in at this moment, try again.', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    return new Promise((enter) => this.#waiting.push(enter));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}

function ownParameters(): Parameters {
  return {
    memory: MEMORY_KIB,
    passes: PASSES,
    parallelism: LANES,
    nonce: randomBytes(SALT_BYTES),
    tagLength: HASH_BYTES,
  };
}

const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');

/** https://github.com/P-H-C/phc-string-format: base64 without padding. */
function phc({ memory, passes, parallelism, nonce }: Parameters, hash: Buffer): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(hash)}`;
}

const PHC =
  /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$(?<salt>[A-Za-z0-9+/]+)\$(?<hash>[A-Za-z0-9+/]+)$/;

function parsePhc(text: string): { parameters: Parameters; expected: Buffer } {
  const match = PHC.exec(text);
  if (!match) throw new Error('a stored password hash is not argon2id');
  const [, memory, passes, parallelism, salt = '', hash = ''] = match;
  const expected = Buffer.from(hash, 'base64');
  return {
    parameters: {
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
      nonce: Buffer.from(salt, 'base64'),
      tagLength: expected.length,
    },
    expected,
  };
}
