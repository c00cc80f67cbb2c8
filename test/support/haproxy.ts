import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';
import { portsOfNodes } from './ports-of-nodes.js';

/** HAProxy with the configuration from `deploy/`, in front of up to three nodes on this machine. */
export class HaProxy {
  readonly url: string;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      if (stream)
        createInterface({ input: stream }).on('line', (line) => (this.#output += `${line}\n`));
  }

  /** @param program the path to HAProxy */
  static async start(program: string, nodes: readonly string[]): Promise<HaProxy> {
    const at = `127.0.0.1:${await freePort()}`;
    const ports = await portsOfNodes(nodes);
    const servers = ports.map((port, index) => [`NODE${index + 1}`, `127.0.0.1:${port}`]);
    const child = spawn(program, ['-db', '-V', '-f', 'deploy/haproxy.cfg'], {
      env: { LISTEN: at, ...Object.fromEntries(servers) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child, 'spawn');
    return new HaProxy(`http://${at}`, child);
  }

  get output(): string {
    return this.#output;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
