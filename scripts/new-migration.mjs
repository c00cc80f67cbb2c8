// `npm run migrate:dev -- --name what-changes`: writes the migration that a change to
// prisma/schema.prisma needs, for the embedded database and PostgreSQL alike. The service applies it
// at its next start. `prisma migrate dev` isn't used, because it requires a PostgreSQL server on which
// it can try migrations.
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './set-up/paths.mjs';
import { run } from './set-up/run.mjs';
import { runMain, SetUpError } from './set-up/set-up-error.mjs';
import { setUp } from './set-up/steps.mjs';

const FILE = 'migration.sql';
const DIFF =
  'migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --script';
/** Prisma's output if the schema hasn't changed. */
const EMPTY = /^\s*-- This is an empty migration\.\s*$/;

await runMain(async () => {
  const { values } = parseArgs({ options: { name: { type: 'string' } } });
  const name = values.name?.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_') ?? '';
  if (name === '')
    throw new SetUpError('A migration needs a name.', {
      advice: 'npm run migrate:dev -- --name what-changes',
    });
  await setUp({ purpose: 'check' });
  const made = await mkdtemp(join(tmpdir(), 'onair-migration-'));
  try {
    await run('prisma', [...DIFF.split(' '), '--output', join(made, FILE)]);
    if (EMPTY.test(await readFile(join(made, FILE), 'utf8'))) {
      console.log('prisma/schema.prisma has not changed since the last migration.');
      return 0;
    }
    const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
    const folder = join('prisma/migrations', `${stamp}_${name}`);
    await mkdir(join(root, folder));
    await copyFile(join(made, FILE), join(root, folder, FILE));
    console.log(`Wrote ${join(folder, FILE)}. Read it before you commit it.`);
  } finally {
    await rm(made, { recursive: true });
  }
  return 0;
});
