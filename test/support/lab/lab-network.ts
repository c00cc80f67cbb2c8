import {
  execFile,
  execFileSync,
  type ChildProcess,
  spawn,
  type SpawnOptions,
} from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** iproute2's `ip`, as scripts/test.mjs found it; empty if it is missing. */
const program: string = process.env.IP_BIN ?? '';
/** How long packets may wait in the queue of a limited link, as in a home router. */
const QUEUE_MS = 300;
/** Two packets. With more, short probes would pass a slow link as quickly as a fast one. */
const BURST_BYTES = 3_000;

const run = promisify(execFile);

const ip = async (...args: readonly string[]): Promise<void> => {
  await run(program, [...args]);
};

/**
 * The reason why network namespaces can't be created here, or null if they can be. Completes “Not
 * tested: several nodes in their own networks, because …”.
 */
export function noNamespaces(): string | null {
  if (program === '') return 'iproute2 is missing';
  if (process.getuid?.() !== 0) return 'that requires root';
  const name = `onair-try-${process.pid}`;
  try {
    execFileSync(program, ['netns', 'add', name], { stdio: 'pipe' });
    execFileSync(program, ['netns', 'delete', name], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `“ip netns add” fails: ${error instanceof Error ? error.message.trim() : String(error)}`;
  }
}

/**
 * The reason why links can't be slowed down here, or null if they can be. Completes “Not tested: …,
 * because …”.
 */
export function noSlowLinks(): string | null {
  const reason = noNamespaces();
  if (reason !== null) return reason;
  const [tc, name] = [join(dirname(program), 'tc'), `onair-try-${process.pid}`];
  try {
    execFileSync(program, ['netns', 'add', name], { stdio: 'pipe' });
    const add = ['qdisc', 'add', 'dev', 'lo', 'root', 'tbf'];
    execFileSync(tc, ['-n', name, ...add, 'rate', '1mbit', 'burst', '16kb', 'latency', '50ms']);
    return null;
  } catch (error) {
    return `“tc qdisc add” fails: ${error instanceof Error ? error.message.trim() : String(error)}`;
  } finally {
    execFileSync(program, ['netns', 'delete', name], { stdio: 'pipe' });
  }
}

/** A machine in a {@link LabNetwork}: a network namespace with one address. */
export type LabHost = Readonly<{ name: string; address: string; namespace: string; link: string }>;

/**
 * A network of several hosts on this machine: each is a network namespace on a bridge, which has
 * its own namespace. The test process is the host `.254`. Links can be cut.
 */
export class LabNetwork {
  readonly #id = `oa${process.pid % 100_000}`;
  /** The range reserved for benchmarks between devices (RFC 2544). */
  readonly #prefix = `198.18.${process.pid % 250}`;
  readonly #hub = `${this.#id}-hub`;
  readonly #hosts: LabHost[] = [];
  readonly #children = new Set<ChildProcess>();

  private constructor() {
    // See open().
  }

  static async open(): Promise<LabNetwork> {
    const network = new LabNetwork();
    const own = `${network.#id}r`;
    await ip('netns', 'add', network.#hub);
    await ip('-n', network.#hub, 'link', 'add', 'bridge', 'type', 'bridge');
    await ip('-n', network.#hub, 'link', 'set', 'bridge', 'up');
    await ip('link', 'add', own, 'type', 'veth', 'peer', 'name', own, 'netns', network.#hub);
    await ip('-n', network.#hub, 'link', 'set', own, 'master', 'bridge', 'up');
    await ip('address', 'add', `${network.ownAddress}/24`, 'dev', own);
    await ip('link', 'set', own, 'up');
    return network;
  }

  /** The test process's address in the network. */
  get ownAddress(): string {
    return `${this.#prefix}.254`;
  }

  /** Adds a host; its name has at most four characters. */
  async addHost(name: string): Promise<LabHost> {
    const namespace = `${this.#id}-${name}`;
    const link = `${this.#id}${name}`;
    const address = `${this.#prefix}.${this.#hosts.length + 1}`;
    const host = { name, address, namespace, link };
    await ip('netns', 'add', namespace);
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
    await ip(
      '-n',
      namespace,
      'link',
      'add',
      'eth0',
      'type',
      'veth',
      'peer',
      'name',
      link,
      'netns',
      this.#hub,
    );
    await ip('-n', this.#hub, 'link', 'set', link, 'master', 'bridge', 'up');
    await ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    await ip('-n', namespace, 'link', 'set', 'eth0', 'up');
    this.#hosts.push(host);
    return host;
  }

  /** Starts a program on a host. The returned child is the program itself, not a wrapper. */
  spawn({ namespace }: LabHost, command: readonly string[], options: SpawnOptions): ChildProcess {
    const child = spawn(program, ['netns', 'exec', namespace, ...command], options);
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Cuts a host's link, as if its cable had been pulled. */
  async cut({ link }: LabHost): Promise<void> {
    await ip('-n', this.#hub, 'link', 'set', link, 'down');
  }

  async mend({ link }: LabHost): Promise<void> {
    await ip('-n', this.#hub, 'link', 'set', link, 'up');
  }

  /** Limits the rate at which a host can receive, in bits per second; null removes the limit. */
  async limit({ link }: LabHost, bps: number | null): Promise<void> {
    const tc = join(dirname(program), 'tc');
    const at = ['dev', link, 'root'];
    // Fails if no limit exists yet.
    await run(tc, ['-n', this.#hub, 'qdisc', 'delete', ...at]).catch(() => undefined);
    if (bps === null) return;
    const bucket = ['rate', `${bps}bit`, 'burst', `${BURST_BYTES}b`, 'latency', `${QUEUE_MS}ms`];
    await run(tc, ['-n', this.#hub, 'qdisc', 'add', ...at, 'tbf', ...bucket]);
  }

  /** Kills the programs that are still running, and removes the network. */
  async close(): Promise<void> {
    for (const child of this.#children) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    // Deleting a namespace deletes its interfaces, and each interface's peer with it.
    for (const { namespace } of this.#hosts) await ip('netns', 'delete', namespace);
    await ip('netns', 'delete', this.#hub);
  }
}
