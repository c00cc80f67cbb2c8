import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * Builds a release that could follow this one: it uses the next version of the calls between nodes,
 * and it adds a column to a table that this release writes to. Resolves with the path of its
 * program.
 * @param folder an empty folder
 */
export async function nextRelease(folder: string): Promise<string> {
  await mkdir(folder);
  await cp('dist', join(folder, 'dist'), { recursive: true });
  await cp('prisma/migrations', join(folder, 'prisma/migrations'), { recursive: true });
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  await symlink(resolve('package.json'), join(folder, 'package.json'));
  const file = join(folder, 'dist/cluster/node-protocol.js');
  const text = await readFile(file, 'utf8');
  const next = text.replace(
    /NODE_PROTOCOL = (\d+)/,
    (_, now) => `NODE_PROTOCOL = ${Number(now) + 1}`,
  );
  if (next === text) throw new Error(`${file} has no version`);
  await writeFile(file, next);
  const migration = join(folder, 'prisma/migrations/20991231000000_next');
  await mkdir(migration);
  await writeFile(
    join(migration, 'migration.sql'),
    'ALTER TABLE "broadcasts" ADD COLUMN "of_next_release" TEXT;\n',
  );
  return join(folder, 'dist/main.js');
}
