import 'reflect-metadata';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppModule } from './app.module.js';
import { closeDataFolder } from './common/data-folder.js';
import { addBase, serveUnder } from './common/base-path.js';
import { sendError } from './common/http-error.filter.js';
import { FolderLock } from './common/folder-lock.js';
import { createLog, nestLogger } from './common/logger.js';
import type { Config } from './config/config.js';
import { configWarnings } from './config/config-warnings.js';
import { securityHeaders, sendSecurityHeaders } from './common/http/security-headers.js';
import { serveStaticFiles, WEB_ROOT } from './pages/static-files.js';
import { ClientAddress, readClientAddresses } from './security/client-address.js';
import { boundConnections, SLOW_CLIENTS } from './security/connection-bounds.js';
import { readJsonBodies } from './security/json-bodies.js';
import { boundRequests, RequestBounds } from './security/request-bounds.js';
import { openToOtherSites, withoutTrailingSlash } from './http-rtc/other-sites.js';
import { readSdpBodies } from './http-rtc/sdp-bodies.js';
import { SocketAdapter } from './sockets/socket-adapter.js';

/** The maximum size of a request's body, in bytes. */
const BODY_MAX = 64 * 1024;

/** Options for tests. */
export type AppOptions = {
  /** The folder of the web build. */
  webRoot?: string;
  /**
   * The initial content of an in-memory database, as a tar of a data folder. With it, initdb isn't
   * run.
   */
  databaseImage?: Uint8Array | null;
};

/** A running server. */
export type RunningApp = {
  app: NestFastifyApplication;
  /**
   * The server's URL without a trailing slash: the public URL, or the actual one if the port was
   * chosen by the system.
   */
  url: string;
};

/**
 * Assembles the server and starts listening. Closing the app closes everything.
 *
 * @throws {StartError} if something that the server needs is unavailable; other errors are those of
 *   `listen`
 */
export async function startApp(
  config: Config,
  { webRoot = WEB_ROOT, databaseImage = null }: AppOptions = {},
): Promise<RunningApp> {
  const { dir } = config.data;
  if (dir !== ':memory:') closeDataFolder(dir);
  const folder = dir === ':memory:' ? null : FolderLock.take(dir);
  try {
    return await startIn(folder, config, { webRoot, databaseImage });
  } catch (error) {
    folder?.release();
    throw error;
  }
}

async function startIn(
  folder: FolderLock | null,
  config: Config,
  { webRoot, databaseImage }: Required<AppOptions>,
): Promise<RunningApp> {
  const log = createLog(config.log);
  const logger = nestLogger(log);
  for (const warning of configWarnings(config)) log.warn(warning);
  const { port, host, publicUrl, basePath, trustProxy } = config.http;
  const { addressLimitFactor: factor } = config.http;
  const clients = new ClientAddress(trustProxy);
  const isHttps = publicUrl.startsWith('https:');
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.of({ config, log, webRoot, databaseImage, folder }),
    new FastifyAdapter({
      trustProxy: clients.isTrusted,
      rewriteUrl: withoutTrailingSlash,
      bodyLimit: BODY_MAX,
      forceCloseConnections: true,
      ...SLOW_CLIENTS,
      // Handles URLs that can't be decoded. They match no route, so none of Nest's filters run.
      frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply) =>
        sendError(reply.headers(securityHeaders({ isHttps })), {
          code: 'bad_request',
          message: 'The URL is malformed.',
        }),
    }),
    // Errors that occur before listening are thrown, so that the caller reports them once.
    {
      logger: { ...logger, error: (message: unknown) => logger.log(message) },
      abortOnError: false,
      // Fastify parses JSON within the limit above; forms are not accepted.
      bodyParser: false,
      forceCloseConnections: true,
    },
  );
  app.useWebSocketAdapter(SocketAdapter.of(app));
  sendSecurityHeaders(app, { isHttps });
  addBasePath(app, basePath);
  openToOtherSites(app);
  readClientAddresses(app, clients);
  boundRequests(app, app.get(RequestBounds));
  boundConnections(app.getHttpServer(), { clients, factor });
  readJsonBodies(app);
  readSdpBodies(app);
  await serveStaticFiles(app, webRoot);
  try {
    await app.init();
    serveUnder(app.getHttpServer(), basePath, elsewhere({ basePath, isHttps }));
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw error;
  }
  app.useLogger(logger);
  return { app, url: port === 0 ? `${await app.getUrl()}${basePath}` : publicUrl };
}

/** Adds the base path to the URLs in response headers, because the rest of the server omits it. */
function addBasePath(app: NestFastifyApplication, basePath: string): void {
  if (basePath === '') return;
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', async (_request, reply) => addBase(reply, basePath));
}

/** Handles requests for URLs outside the base path. */
function elsewhere({ basePath, isHttps }: { basePath: string; isHttps: boolean }) {
  const headers = securityHeaders({ isHttps });
  return ({ url }: IncomingMessage, response: ServerResponse): void => {
    // This is for people who open the server's port directly.
    if (url === '/') response.writeHead(302, { ...headers, location: basePath }).end();
    else
      response
        .writeHead(404, { ...headers, 'content-type': 'text/plain; charset=utf-8' })
        .end(`Not found. This server is at ${basePath}\n`);
  };
}
