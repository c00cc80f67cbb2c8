import { SetUpError } from '../set-up/set-up-error.mjs';
import { findPostgres } from './postgres-programs.mjs';
import { PostgresServer } from './postgres-server.mjs';

/**
 * A PostgreSQL server for tests and benchmarks: the one at TEST_DATABASE_URL or, if PostgreSQL is
 * installed or can be installed, one that is started for them.
 */
export class OptionalPostgres {
  /** @type {PostgresServer | null} */
  #server = null;
  /** @type {string} the folder with initdb and postgres, if a server was started; else empty */
  programs = '';

  /** @type {import('../set-up/progress.mjs').Step} starts the server */
  step = {
    name: 'PostgreSQL',
    run: async (report) => {
      if (process.env.TEST_DATABASE_URL) return;
      const programs = await findPostgres(report);
      if (!programs) return;
      this.programs = programs;
      this.#server = await PostgresServer.start(programs).catch((error) => {
        report.begin(`PostgreSQL did not start, so its tests are skipped. ${describe(error)}`);
        return null;
      });
    },
  };

  /** @returns {string | undefined} the value for TEST_DATABASE_URL; undefined if no server is available */
  get url() {
    return this.#server?.url ?? process.env.TEST_DATABASE_URL;
  }

  async close() {
    await this.#server?.close();
  }
}

/** @param {Error} error */
function describe(error) {
  return error instanceof SetUpError ? error.describe() : error.message;
}
