import { Inject, Injectable } from '@nestjs/common';
import { MEDIA, type MediaPort } from '../broadcast/ports/media.js';
import { NodeDrain } from '../cluster/node-drain.js';
import { PrismaService } from '../db/prisma.service.js';

/** The time without a response after which the database counts as unavailable. */
const PING_TIMEOUT_MS = 2_000;
/** The problem that a draining node reports, so that new clients go to other nodes. */
export const DRAINING = 'this node is draining';

/** Checks whether this node can serve requests and media, and should receive new clients. */
@Injectable()
export class Readiness {
  /** The current check of the database, which concurrent callers share. */
  #ping: Promise<boolean> | null = null;

  constructor(
    private readonly database: PrismaService,
    private readonly drain: NodeDrain,
    @Inject(MEDIA) private readonly media: MediaPort,
  ) {}

  /** Returns a description of each problem; empty if there is none. */
  async problems(): Promise<string[]> {
    const problems: string[] = [];
    if (!(await this.#isDatabaseUp())) problems.push('the database is not responding');
    if (!this.media.ready) problems.push('no media worker is running');
    if (this.drain.sendsElsewhere) problems.push(DRAINING);
    return problems;
  }

  #isDatabaseUp(): Promise<boolean> {
    this.#ping ??= this.#pingDatabase().finally(() => {
      this.#ping = null;
    });
    return this.#ping;
  }

  async #pingDatabase(): Promise<boolean> {
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
