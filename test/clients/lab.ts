import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FilmFormat } from './film.js';
import { filmFile } from './film.js';
import { CLIENTS_DIR } from './install/cache.js';
import { OtherMachine } from './network.js';
import { Onair } from './onair.js';
import type { Program, ProgramOptions } from './program.js';
import { type Found, pathOf, type Tool } from './toolbox.js';

const exec = promisify(execFile);

/** Where the root of Debian has the laboratory's folder, and that of films. */
const FOLDER_IN_ROOT = '/lab';
const FILMS_IN_ROOT = '/films';

/** A running Onair, another machine in its network, and the programs that can be had. */
export class Lab {
  readonly onair: Onair;
  readonly other: OtherMachine;
  /** For files of this run; gone after {@link close}. */
  readonly folder: string;
  readonly #found: Found;
  readonly #films: string;

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

  /** A file of the film, and where it is in Debian's root. */
  async film(format: FilmFormat): Promise<{ path: string; inRoot: string }> {
    const path = await filmFile(this.#films, format);
    return { path, inRoot: path.replace(this.#films, FILMS_IN_ROOT) };
  }

  /** Where a file of {@link folder} is in Debian's root. */
  inRoot(path: string): string {
    return path.replace(this.folder, FOLDER_IN_ROOT);
  }

  /** Starts a program of the newer Debian, on the other machine. @throws {Missing} */
  debian(command: string, args: readonly string[], options: ProgramOptions = {}): Program {
    const env = { HOME: FOLDER_IN_ROOT, LANG: 'C.UTF-8', PATH: '/usr/bin:/usr/sbin:/bin' };
    return this.other.start('chroot', [this.pathOf('debian'), command, ...args], {
      ...options,
      env: { ...env, ...options.env },
    });
  }

  async close(): Promise<void> {
    await this.onair.close();
    await this.other.close();
    await this.#unmount();
    await rm(this.folder, { recursive: true, force: true });
  }

  get #mounts(): readonly (readonly [source: string, target: string])[] {
    const debian = this.#found.debian ?? this.#found.gstreamer;
    if (debian === undefined || 'missing' in debian) return [];
    const at = (target: string) => join(debian.path, target);
    return [
      ['/dev', at('dev')],
      ['/proc', at('proc')],
      ['/sys', at('sys')],
      [this.folder, at(FOLDER_IN_ROOT)],
      [this.#films, at(FILMS_IN_ROOT)],
    ];
  }

  /** In the mount namespace of this run only. */
  async #mount(): Promise<void> {
    for (const [source, target] of this.#mounts) {
      await mkdir(target, { recursive: true });
      await exec('mount', ['--rbind', source, target]);
    }
  }

  /** Before its folder is removed, which is seen in the root, too. */
  async #unmount(): Promise<void> {
    for (const [, target] of this.#mounts) await exec('umount', ['--recursive', '--lazy', target]);
  }
}
