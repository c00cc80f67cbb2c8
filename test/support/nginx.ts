import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';
import { portsOfNodes } from './ports-of-nodes.js';

/** The outcome of one request, according to nginx's log. */
export type NginxRequest = Readonly<{
  path: string;
  status: number;
  /**
   * The node that answered, or the nodes that were tried in turn; empty if nginx answered by
   * itself.
   */
  nodes: readonly string[];
  /** The cache status, such as `HIT`, `MISS` or `-`. */
  cache: string;
}>;

/** nginx with the configuration from `deploy/`, in front of up to three nodes on this machine. */
export class NginxProxy {
  #output = '';

  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    if (child.stderr)
      createInterface({ input: child.stderr }).on('line', (line) => (this.#output += `${line}\n`));
  }

  /** @param program the path to nginx */
  static async start(program: string, nodes: readonly string[]): Promise<NginxProxy> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-nginx-proxy-'));
    const port = await freePort();
    await writeFile(join(folder, 'nginx.conf'), await configuration(folder, { port, nodes }));
    const child = spawn(program, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await once(child, 'spawn');
    return new NginxProxy(`http://127.0.0.1:${port}`, folder, child);
  }

  /** All requests that have been answered, in order. */
  get requests(): NginxRequest[] {
    const lines = readFileSync(join(this.folder, 'access.log'), 'utf8').split('\n');
    return lines.filter(Boolean).map(read);
  }

  /** The errors that nginx reported. */
  get output(): string {
    return this.#output;
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Returns a configuration that includes `deploy/nginx.conf`, with only addresses and folders
 * replaced.
 */
async function configuration(
  folder: string,
  { port, nodes }: { port: number; nodes: readonly string[] },
): Promise<string> {
  let server = await readFile('deploy/nginx.conf', 'utf8');
  const replace = (from: string, to: string): void => {
    if (!server.includes(from)) throw new Error(`deploy/nginx.conf doesn't contain ${from}`);
    server = server.replace(from, to);
  };
  replace('listen 80;', `listen 127.0.0.1:${port};`);
  replace('/var/cache/nginx-onair', join(folder, 'cache'));
  for (const [index, node] of (await portsOfNodes(nodes)).entries())
    replace(`10.0.0.${index + 2}:8080`, `127.0.0.1:${node}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  log_format onair escape=json '["$request_uri","$status","$upstream_addr","$upstream_cache_status"]';
  access_log ${folder}/access.log onair;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${server}
}
`;
}

function read(line: string): NginxRequest {
  const [path = '', status = '', nodes = '', cache = ''] = JSON.parse(line) as string[];
  return { path, status: Number(status), nodes: nodes.split(', ').filter(Boolean), cache };
}
