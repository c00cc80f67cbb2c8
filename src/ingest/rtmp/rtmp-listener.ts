import { readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer } from 'node:tls';

/** The maximum number of connections per listener. */
const CONNECTIONS_MAX = 2_000;
const TLS_HANDSHAKE_MS = 10_000;

/** The PEM files of a certificate with its chain, and of its key. */
export type CertificateFiles = Readonly<{ certFile: string; keyFile: string }>;

/**
 * Reports that the certificate's files are missing, are unreadable, or don't contain a certificate
 * and its key.
 */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** A listener for RTMP, or for RTMPS with a certificate that can be replaced. */
export type Listener = Readonly<{
  close: () => void;
  /**
   * Reads the certificate again and uses it for new connections. Resolves to whether it has
   * changed.
   * @throws {CertificateError} in which case the previous certificate remains in use
   */
  renew: () => Promise<boolean>;
}>;

/**
 * Listens for TCP or TLS connections on all addresses of this machine.
 * @param certificate null for TCP
 * @throws {CertificateError}
 * @throws {Error} if the port can't be used
 */
export async function listen(
  port: number,
  certificate: CertificateFiles | null,
  onSocket: (socket: Socket) => void,
): Promise<Listener> {
  if (certificate === null) {
    const server = await opened(createServer(onSocket), port);
    return { close: () => void server.close(), renew: () => Promise.resolve(false) };
  }
  let current = await readCertificate(certificate);
  const options = { ...current, handshakeTimeout: TLS_HANDSHAKE_MS };
  const server = createTlsServer(options, onSocket);
  await opened(server, port);
  return {
    close: () => void server.close(),
    renew: async () => {
      const next = await readCertificate(certificate);
      if (next.cert.equals(current.cert) && next.key.equals(current.key)) return false;
      server.setSecureContext(next);
      current = next;
      return true;
    },
  };
}

async function opened<T extends Server>(server: T, port: number): Promise<T> {
  server.maxConnections = CONNECTIONS_MAX;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, resolve);
  await promise;
  // A failed accept affects only one connection.
  server.on('error', () => undefined);
  return server;
}

/** Reads a certificate and its key, and checks that they belong together. */
async function readCertificate(files: CertificateFiles): Promise<{ cert: Buffer; key: Buffer }> {
  try {
    const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CertificateError(reason, { cause });
  }
}
