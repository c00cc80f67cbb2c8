import { createHash } from 'node:crypto';
import { MIGRATIONS, readMigrations } from '../../src/db/migrate.js';

/** Returns 16 hexadecimal digits that change with the migrations. */
export async function migrationsId(): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, checksum } of await readMigrations(MIGRATIONS))
    hash.update(`${name} ${checksum}\n`);
  return hash.digest('hex').slice(0, 16);
}
