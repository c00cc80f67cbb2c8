import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { AccountDataRepository } from './account-data.repository.js';

/** Size of the pieces, characters. */
const CHUNK = 64 * 1024;

/** A running export. */
export type Export = Readonly<{
  pieces: AsyncGenerator<string>;
  /** Call when it ends, even if nothing was read. */
  end: () => void;
}>;

/** Exports all data of an account as JSON. */
@Injectable()
export class AccountExportService {
  /** Accounts with a running export: at most one each. */
  readonly #running = new Set<string>();

  constructor(
    private readonly repository: AccountDataRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Returns one JSON object in pieces, read from the database as they are consumed.
   * @throws {DomainError} `rate_limited` while another export of this account runs; `not_logged_in`
   *   if the account no longer exists
   */
  async export(accountId: string): Promise<Export> {
    if (this.#running.has(accountId))
      throw new DomainError('rate_limited', 'An export is under way. Let it end first.', {
        retryAfterMs: 5_000,
      });
    // Before the first await, so that no second export can start.
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

/** Yields a member of the object, with one element per line. */
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
