import { spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Program, type ProgramOptions } from './program.js';

const exec = promisify(execFile);

/** Documentation addresses (RFC 5737) for the server and the second machine. */
export const SERVER_ADDRESS = '192.0.2.1';
const CLIENT_ADDRESS = '192.0.2.2';
const NAMESPACES = ['--net', '--pid', '--mount', '--fork', '--kill-child', '--mount-proc'];

/**
 * Runs this program again in its own namespaces: no packet leaves them, mounts are private, and all
 * processes end with it. A user other than root is mapped to root inside.
 */
export async function runIsolated(args: readonly string[]): Promise<number> {
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const command = [...NAMESPACES, ...asRoot, process.execPath, ...args];
  const child = spawn('unshare', command, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/**
 * What looks like a second machine to the network: it has its own loopback interface, and reaches
 * the server at {@link SERVER_ADDRESS}.
 */
export class OtherMachine {
  readonly #holder: Program;
  readonly #pid: number;

  private constructor(holder: Program, pid: number) {
    this.#holder = holder;
    this.#pid = pid;
  }

  /** Requires the namespaces from {@link runIsolated}. */
  static async create(): Promise<OtherMachine> {
    await ip('link', 'set', 'lo', 'up');
    const holder = Program.start('unshare', ['--net', 'sh', '-c', 'echo $$; exec sleep infinity']);
    const pid = await firstLine(holder);
    await ip('link', 'add', 'lab0', 'type', 'veth', 'peer', 'name', 'lab1');
    await ip('link', 'set', 'lab1', 'netns', `${pid}`);
    await ip('address', 'add', `${SERVER_ADDRESS}/24`, 'dev', 'lab0');
    await ip('link', 'set', 'lab0', 'up');
    const machine = new OtherMachine(holder, pid);
    for (const command of [
      ['link', 'set', 'lo', 'up'],
      ['address', 'add', `${CLIENT_ADDRESS}/24`, 'dev', 'lab1'],
      ['link', 'set', 'lab1', 'up'],
    ])
      await exec('nsenter', [machine.#namespace, 'ip', ...command]);
    return machine;
  }

  get #namespace(): string {
    return `--net=/proc/${this.#pid}/ns/net`;
  }

  start(command: string, args: readonly string[], options?: ProgramOptions): Program {
    return Program.start('nsenter', [this.#namespace, command, ...args], options);
  }

  close(): Promise<void> {
    return this.#holder.stop('SIGKILL');
  }
}

async function firstLine(program: Program): Promise<number> {
  for (;;) {
    const pid = Number(program.lines[0]);
    if (pid > 0) return pid;
    if (program.isOver)
      throw new Error(`the second network could not be created: ${program.output}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

const ip = (...args: readonly string[]) => exec('ip', args);
