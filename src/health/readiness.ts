import { Inject, Injectable } from '@nestjs/common';
import { MEDIA, type MediaPort } from '../broadcast/ports/media.js';
import { PrismaService } from '../db/prisma.service.js';

/** A database that takes longer counts as away. */
const PING_TIMEOUT_MS = 2_000;

/** Whether this process can serve everything it is there for. */
@Injectable()
export class Readiness {
  /** One question at a time, however many ask. */
  #ping: Promise<boolean> | null = null;

  constructor(
    private readonly database: PrismaService,
    @Inject(MEDIA) private readonly media: MediaPort,
  ) {}

  /** What is missing, in words; empty when all is well. */
  async problems(): Promise<string[]> {
    const problems: string[] = [];
    if (!(await this.#databaseAnswers())) problems.push('the database does not answer');
    if (!this.media.ready) problems.push('no media worker is running');
    return problems;
  }

  #databaseAnswers(): Promise<boolean> {
    this.#ping ??= this.#askDatabase().finally(() => {
      this.#ping = null;
    });
    return this.#ping;
  }

  async #askDatabase(): Promise<boolean> {
    const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, PING_TIMEOUT_MS, false);
    const answer = this.database.ping().then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
