import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fastifyStatic } from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** The folder of the web build, whose path is the same relative to src, dist and the bundle. */
export const WEB_ROOT = fileURLToPath(new URL('../../dist/web', import.meta.url));

const YEAR_MS = 365 * 86_400_000;

/**
 * Serves the web build's files except pages: immutable files under /assets, which have hashes in
 * their names, and the few files next to the pages. Does nothing before the first build.
 */
export async function serveStaticFiles(app: NestFastifyApplication, root: string): Promise<void> {
  const assets = join(root, 'assets');
  if (!existsSync(assets)) return;
  await app.register(fastifyStatic, {
    root: assets,
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: YEAR_MS,
    preCompressed: true,
  });
  await app.register(fastifyStatic, {
    root,
    prefix: '/',
    decorateReply: false,
    index: false,
    // Each file gets its own route, so that all other paths are left to the pages.
    wildcard: false,
    globIgnore: ['**/*.html', 'assets/**', '**/*.gz', '**/*.br'],
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
    preCompressed: true,
  });
}
