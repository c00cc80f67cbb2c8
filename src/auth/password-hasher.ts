import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import { FairQueue } from '../common/fair-queue.js';
import { QueueFullError } from '../common/serial-queue.js';
import { addressBlock, addressSite } from './coarse-address.js';

/** OWASP's parameters for argon2id: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/**
 * The limits on running and waiting hash computations. Each computation takes 20 to 50 ms on one
 * core, and 19 MiB of memory. Together, they must not starve the media, and one client must not
 * starve the others.
 */
const BOUNDS = { atOnce: 2, perParty: 25, all: 50 } as const;
const RETRY_AFTER_MS = 2_000;

type Parameters = Readonly<{
  memory: number;
  passes: number;
  parallelism: number;
  nonce: Buffer;
  tagLength: number;
}>;

const derive = promisify(argon2);

/**
 * Creates and verifies password hashes (argon2id in PHC strings), a few at a time. Clients take
 * turns; a client is identified by its address, or by any other key.
 */
@Injectable()
export class PasswordHasher {
  readonly #queue = new FairQueue(BOUNDS);
  /**
   * Used instead of the hash for an account that doesn't exist, so that the check takes the same
   * time.
   */
  readonly #decoy = phc(
    { ...ownParameters(), nonce: randomBytes(SALT_BYTES) },
    randomBytes(HASH_BYTES),
  );

  /** Hashes a password to a PHC string. Rejects with `unavailable` if too many are queued. */
  async hash(password: string, client: string): Promise<string> {
    const parameters = ownParameters();
    return phc(parameters, await this.#derive(password, parameters, client));
  }

  /**
   * Verifies a password. Takes the same time if the hash is null, as for an account that doesn't
   * exist. Rejects with `unavailable` if too many are queued.
   */
  async verify(password: string, hash: string | null, client: string): Promise<boolean> {
    const { parameters, expected } = parsePhc(hash ?? this.#decoy);
    const actual = await this.#derive(password, parameters, client);
    return timingSafeEqual(actual, expected) && hash !== null;
  }

  async #derive(password: string, parameters: Parameters, client: string): Promise<Buffer> {
    const message = password.normalize('NFC');
    try {
      return await this.#queue.run(partyOf(client), () =>
        derive('argon2id', { ...parameters, message }),
      );
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throw new DomainError(
        'unavailable',
        'Too many people are logging in. Try again in a few seconds.',
        { retryAfterMs: RETRY_AFTER_MS },
      );
    }
  }
}

/**
 * Returns the party to which a client belongs. For IPv6, this is the site, because one customer can
 * use all its networks.
 */
function partyOf(client: string): string {
  return addressSite(client) ?? addressBlock(client);
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

/**
 * Formats a hash as specified in https://github.com/P-H-C/phc-string-format: base64 without
 * padding.
 */
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
