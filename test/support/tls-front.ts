import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import {
  createServer,
  getCACertificates,
  type Server,
  setDefaultCACertificates,
  type TLSSocket,
} from 'node:tls';
import type { TestCertificate } from './certificate.js';

/** Terminates TLS in front of a server on the loopback address that doesn't support it. */
export class TlsFront {
  readonly #server: Server;
  readonly #clients = new Set<TLSSocket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('secureConnection', (client) => {
      this.#clients.add(client);
      client.on('close', () => this.#clients.delete(client));
    });
  }

  /** @param port the port of the server behind it */
  static async of(port: number, { certFile, keyFile }: TestCertificate): Promise<TlsFront> {
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
    const server = createServer({ cert, key }, (client) => {
      const behind = connect(port, '127.0.0.1');
      client.on('error', () => behind.destroy()).on('close', () => behind.destroy());
      behind.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.pipe(behind).pipe(client);
    });
    const front = new TlsFront(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const client of this.#clients) client.destroy();
    this.#server.close();
  }
}

/** Makes this process trust a certificate until the returned function is called. */
export async function trustCertificate({ certFile }: TestCertificate): Promise<() => void> {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, await readFile(certFile, 'utf8')]);
  return () => setDefaultCACertificates(before);
}
