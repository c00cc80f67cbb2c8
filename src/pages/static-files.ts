import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fastifyStatic } from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const YEAR_MS = 365 * 86_400_000;

/**
 * Serves the files of the web build except pages: immutable files under /assets, which have hashes
 * in their names, and the few files next to the pages. Does nothing before the first build.
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
    // One route per file is created, so that all other paths are left to the pages.
    wildcard: false,
    globIgnore: ['**/*.html', 'assets/**', '**/*.gz', '**/*.br'],
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
    preCompressed: true,
  });
}
