import 'reflect-metadata';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppModule } from './app.module.js';
import { closeDataFolder } from './common/data-folder.js';
import { addBase, serveUnder } from './common/base-path.js';
import { sendError } from './common/http-error.filter.js';
import { createLog, nestLogger } from './common/logger.js';
import { type Config, configWarnings } from './config/config.js';
import { securityHeaders, sendSecurityHeaders } from './common/http/security-headers.js';
import { serveStaticFiles } from './pages/static-files.js';
import { ClientAddress } from './security/client-address.js';
import { boundConnections, SLOW_CLIENTS } from './security/connection-bounds.js';
import { readJsonBodies } from './security/json-bodies.js';
import { boundRequests, RequestBounds } from './security/request-bounds.js';
import { openToOtherSites, withoutTrailingSlash } from './http-rtc/other-sites.js';
import { readSdpBodies } from './http-rtc/sdp-bodies.js';
import { SocketAdapter } from './sockets/socket-adapter.js';

/** The largest body of a request, bytes. */
const BODY_MAX = 64 * 1024;

/** The same folder from src and from dist. */
const WEB_ROOT = fileURLToPath(new URL('../dist/web', import.meta.url));

/** What tests put in place of the usual. */
export type AppOptions = {
  /** The web build's folder. */
  webRoot?: string;
  /** What an in-memory database starts from: a data folder's tar, to save its making. */
  databaseImage?: Uint8Array | null;
};

/** The service, serving. */
export type RunningApp = {
  app: NestFastifyApplication;
  /** Where it listens, without a slash at the end: the public address unless the port was any. */
  url: string;
};

/**
 * Puts the whole service together and starts to listen. Closing the app closes everything.
 *
 * @throws {StartError} when something it needs can't be had, or an error of `listen`.
 */
export async function startApp(
  config: Config,
  { webRoot = WEB_ROOT, databaseImage = null }: AppOptions = {},
): Promise<RunningApp> {
  if (config.data.dir !== ':memory:') closeDataFolder(config.data.dir);
  const log = createLog(config.log);
  const logger = nestLogger(log);
  for (const warning of configWarnings(config)) log.warn(warning);
  const { port, host, publicUrl, basePath, trustProxy } = config.http;
  const { addressLimitFactor: factor } = config.http;
  const clients = new ClientAddress(trustProxy);
  const isHttps = publicUrl.startsWith('https:');
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.of({ config, log, webRoot, databaseImage }),
    new FastifyAdapter({
      trustProxy: clients.isTrusted,
      rewriteUrl: withoutTrailingSlash,
      bodyLimit: BODY_MAX,
      forceCloseConnections: true,
      ...SLOW_CLIENTS,
      // An address that can't be decoded: no route, so no filter of Nest's sees it.
      frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply) =>
        sendError(reply.headers(securityHeaders({ isHttps })), {
          code: 'bad_request',
          message: 'This address can’t be read.',
        }),
    }),
    // What fails before it listens is thrown, and said once by the caller.
    {
      logger: { ...logger, error: (message: unknown) => logger.log(message) },
      abortOnError: false,
      // Fastify reads JSON by itself, within the bound above; forms are not taken.
      bodyParser: false,
      forceCloseConnections: true,
    },
  );
  app.useWebSocketAdapter(SocketAdapter.of(app));
  sendSecurityHeaders(app, { isHttps });
  nameBase(app, basePath);
  openToOtherSites(app);
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

/** Addresses in headers are written without the base path everywhere: none can be forgotten. */
function nameBase(app: NestFastifyApplication, basePath: string): void {
  if (basePath === '') return;
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', async (_request, reply) => addBase(reply, basePath));
}

/** Answers what is asked for outside of the base path. */
function elsewhere({ basePath, isHttps }: { basePath: string; isHttps: boolean }) {
  const headers = securityHeaders({ isHttps });
  return ({ url }: IncomingMessage, response: ServerResponse): void => {
    // Whoever opens the port by hand.
    if (url === '/') response.writeHead(302, { ...headers, location: basePath }).end();
    else
      response
        .writeHead(404, { ...headers, 'content-type': 'text/plain; charset=utf-8' })
        .end(`There is nothing here: this service is at ${basePath}\n`);
  };
}
