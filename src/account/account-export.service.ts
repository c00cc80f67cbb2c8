import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { AccountDataRepository } from './account-data.repository.js';

/** Text that is sent at once, characters. */
const CHUNK = 64 * 1024;

/** An export that is under way. */
export type Export = Readonly<{
  pieces: AsyncGenerator<string>;
  /** To be called when it is over, also when nothing of it was read. */
  end: () => void;
}>;

/** All that is kept of an account, as JSON. */
@Injectable()
export class AccountExportService {
  /** Accounts whose export is under way: one each. */
  readonly #running = new Set<string>();

  constructor(
    private readonly repository: AccountDataRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * One JSON object in pieces, read from the database as fast as they are taken.
   * @throws {DomainError} `rate_limited` while another one of this account is under way;
   *   `not_logged_in` when the account is gone.
   */
  async export(accountId: string): Promise<Export> {
    if (this.#running.has(accountId))
      throw new DomainError('rate_limited', 'An export is under way. Let it end first.', {
        retryAfterMs: 5_000,
      });
    // Before anything is waited for: another one may come meanwhile.
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

/** A member of the object, one element a line. */
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
