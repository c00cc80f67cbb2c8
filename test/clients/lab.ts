import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FilmFormat } from './film.js';
import { filmFile } from './film.js';
import { CLIENTS_DIR, Missing } from './install/cache.js';
import { OtherMachine } from './network.js';
import { pollFor, Onair } from './onair.js';
import type { Program, ProgramOptions } from './program.js';
import { Programme } from './programme.js';
import { type Found, pathOf, type Tool } from './toolbox.js';

const exec = promisify(execFile);

const DISPLAY_MS = 20_000;
/** Where the lab's folders are mounted in Debian's root. */
const FOLDER_IN_ROOT = '/lab';
const FILMS_IN_ROOT = '/films';

/** A running Onair, a second machine in its network, and the programs that are available. */
export class Lab {
  readonly onair: Onair;
  readonly other: OtherMachine;
  /** Files from this run; {@link close} deletes them. */
  readonly folder: string;
  readonly #found: Found;
  readonly #films: string;
  #display: Program | null = null;
  #programme: Promise<Programme> | null = null;

  private constructor(options: {
    onair: Onair;
    other: OtherMachine;
    folder: string;
    found: Found;
  }) {
    this.onair = options.onair;
    this.other = options.other;
    this.folder = options.folder;
    this.#found = options.found;
    this.#films = join(CLIENTS_DIR, 'films');
  }

  static async open(found: Found): Promise<Lab> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-clients-'));
    // Programs that refuse to run as root run as another user, who must be able to read the folder.
    await chmod(folder, 0o755);
    const other = await OtherMachine.create();
    const lab = new Lab({ onair: await Onair.start(), other, folder, found });
    await mkdir(lab.#films, { recursive: true });
    await lab.#mount();
    return lab;
  }

  /** @throws {Missing} */
  pathOf(tool: Tool): string {
    return pathOf(this.#found, tool);
  }

  /** Returns the film's path, on this machine and in Debian's root. */
  async film(format: FilmFormat): Promise<{ path: string; inRoot: string }> {
    const path = await filmFile(this.#films, format);
    return { path, inRoot: path.replace(this.#films, FILMS_IN_ROOT) };
  }

  /** Converts a path in {@link folder} to its path in Debian's root. */
  inRoot(path: string): string {
    return path.replace(this.folder, FOLDER_IN_ROOT);
  }

  /** Starts a program from the newer Debian on the second machine. @throws {Missing} */
  debian(
    command: string,
    args: readonly string[],
    { asNobody = false, ...options }: ProgramOptions & { asNobody?: boolean } = {},
  ): Program {
    const root = this.#debian;
    if (root === null) throw new Missing('a root of a newer Debian could not be made');
    const home = asNobody ? '/tmp' : FOLDER_IN_ROOT;
    const env = { HOME: home, LANG: 'C.UTF-8', PATH: '/usr/bin:/usr/sbin:/bin' };
    const user = asNobody ? ['--userspec=65534:65534'] : [];
    return this.other.start('chroot', [...user, root, command, ...args], {
      ...options,
      env: { ...env, ...options.env },
    });
  }

  /** Returns the media for players; publishes it on the first call. */
  programme(): Promise<Programme> {
    this.#programme ??= Programme.start(this);
    return this.#programme;
  }

  /** Starts an invisible X display for programs started with {@link debian}. */
  async display(name: string): Promise<void> {
    this.#display ??= this.debian('Xvfb', [
      name,
      '-screen',
      '0',
      '1280x720x24',
      '-nolisten',
      'tcp',
    ]);
    const socket = join(this.#debian ?? '/', `tmp/.X11-unix/X${name.slice(1)}`);
    await pollFor(async () => existsSync(socket), DISPLAY_MS);
  }

  async close(): Promise<void> {
    await this.#display?.stop();
    await (await this.#programme?.catch(() => null))?.stop();
    await this.onair.close();
    await this.other.close();
    await this.#unmount();
    await rm(this.folder, { recursive: true, force: true });
  }

  get #debian(): string | null {
    const { debian, obs, gstreamer } = this.#found;
    const found = [debian, obs, gstreamer].find((one) => one !== undefined && 'path' in one);
    return found && 'path' in found ? found.path : null;
  }

  /** The root's /tmp. Each run replaces it with its own folder, so that two runs don't share it. */
  get #tmp(): string | null {
    return this.#debian && join(this.#debian, 'tmp');
  }

  get #mounts(): readonly (readonly [source: string, target: string])[] {
    const root = this.#debian;
    if (root === null) return [];
    const at = (target: string) => join(root, target);
    return [
      ['/dev', at('dev')],
      ['/proc', at('proc')],
      ['/sys', at('sys')],
      [this.folder, at(FOLDER_IN_ROOT)],
      [this.#films, at(FILMS_IN_ROOT)],
    ];
  }

  /** Mounts are visible only in this run's namespace. */
  async #mount(): Promise<void> {
    for (const [source, target] of this.#mounts) {
      await mkdir(target, { recursive: true });
      await exec('mount', ['--rbind', source, target]);
    }
    const tmp = this.#tmp;
    if (tmp !== null) await exec('mount', ['-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', tmp]);
  }

  /** Must run before the folder is removed, because the folder is mounted in the root. */
  async #unmount(): Promise<void> {
    for (const [, target] of this.#mounts) await exec('umount', ['--recursive', '--lazy', target]);
  }
}
