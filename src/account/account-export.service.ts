import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { AccountDataRepository } from './account-data.repository.js';

/** The minimum size of a chunk, in characters. */
const CHUNK = 64 * 1024;

/** A running export. */
export type Export = Readonly<{
  pieces: AsyncGenerator<string>;
  /** Must be called when the export ends, even if nothing was read. */
  end: () => void;
}>;

/** Exports all data of an account as JSON. */
@Injectable()
export class AccountExportService {
  /** The accounts with a running export. Each can have only one at a time. */
  readonly #running = new Set<string>();

  constructor(
    private readonly repository: AccountDataRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Returns one JSON object in chunks, which are read from the database as they are consumed.
   * @throws {DomainError} `rate_limited` while another export of this account is running;
   *   `not_logged_in` if the account no longer exists
   */
  async export(accountId: string): Promise<Export> {
    if (this.#running.has(accountId))
      throw new DomainError(
        'rate_limited',
        'An export is already running. Wait for it to finish.',
        { retryAfterMs: 5_000 },
      );
    // The account is added before the first await, so that no second export can start.
    this.#running.add(accountId);
    const end = () => void this.#running.delete(accountId);
    try {
      const account = await this.repository.export(accountId);
      if (account === null) throw new DomainError('not_logged_in', 'Log in first.');
      const head = { exportedAt: new Date(this.clock.nowMs()), account };
      return { pieces: this.#pieces(accountId, head), end };
    } catch (error) {
      end();
      throw error;
    }
  }

  async *#pieces(accountId: string, head: object): AsyncGenerator<string> {
    yield `${JSON.stringify(head, null, 2).replace(/\n\}$/, '')},\n`;
    yield* list('broadcasts', this.repository.broadcasts(accountId));
    yield ',\n';
    yield* list('messages', this.repository.messages(accountId));
    yield '\n}\n';
  }
}

/** Yields a list as a member of the object, with one element per line. */
async function* list(name: string, rows: AsyncIterable<object>): AsyncGenerator<string> {
  let text = `  "${name}": [`;
  let comma = '\n    ';
  for await (const row of rows) {
    text += `${comma}${JSON.stringify(row)}`;
    comma = ',\n    ';
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  yield `${text}\n  ]`;
}
