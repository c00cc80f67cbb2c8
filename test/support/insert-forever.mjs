// Inserts numbers into the embedded database in a folder, one after another, and prints each one
// once it is acknowledged, until the process is killed or has written the requested number.
import { writeSync } from 'node:fs';
import pg from 'pg';
import { EmbeddedDatabase } from '../../src/db/embedded-database.ts';

const [dir = '', limit = 'Infinity'] = process.argv.slice(2);
const database = await EmbeddedDatabase.open(dir);
const pool = new pg.Pool(database.poolConfig());
await pool.query('CREATE TABLE IF NOT EXISTS numbers (n integer PRIMARY KEY)');
const { rows } = await pool.query('SELECT coalesce(max(n), 0) AS last FROM numbers');
const first = rows[0].last + 1;
writeSync(1, 'started\n');
for (let n = first; n < first + Number(limit); n += 1) {
  await pool.query('INSERT INTO numbers VALUES ($1)', [n]);
  writeSync(1, `acknowledged ${n}\n`);
}
await pool.end();
await database.close();
