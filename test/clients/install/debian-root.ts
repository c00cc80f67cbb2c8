import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIENTS_DIR, madeOnce, Missing, run } from './cache.js';

/** Debian's next release, with current programs. */
const SUITE = 'forky';
const NAME = `debian-${SUITE}`;
const PACKAGES = [
  ...['obs-studio', 'obs-plugins', 'ffmpeg', 'mpv', 'vlc-bin', 'vlc-plugin-base'],
  ...['streamlink', 'yt-dlp', 'xvfb', 'xauth', 'dbus', 'libgl1-mesa-dri'],
  ...['gstreamer1.0-tools', 'gstreamer1.0-plugins-base', 'gstreamer1.0-plugins-good'],
  ...['gstreamer1.0-plugins-bad', 'gstreamer1.0-plugins-ugly', 'gstreamer1.0-libav'],
  'gstreamer1.0-nice',
];
const BUILD_PACKAGES = [
  ...['gcc', 'libc6-dev', 'pkg-config', 'cargo', 'libssl-dev', 'libgstreamer1.0-dev'],
  ...['libgstreamer-plugins-base1.0-dev', 'libgstreamer-plugins-bad1.0-dev'],
];
const ELEMENTS_VERSION = '0.15.4';
/** The folder for {@link installElements} in the root. */
export const ELEMENTS_PATH = '/opt/whip/plugins';

/** GStreamer derives a plugin's name from its file name. */
const ELEMENTS_BUILD = [
  'cd /opt/whip',
  'HOME=/root nice cargo build --release',
  'mkdir -p plugins',
  'for name in rswebrtc webrtchttp; do cp target/release/deps/libgst$name-*.so plugins/libgst$name.so; done',
].join(' && ');

const CARGO_TOML = `[package]
name = "whip-elements"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
gst-plugin-webrtc = { version = "=${ELEMENTS_VERSION}", default-features = false, features = ["whip", "whep", "rustls-aws-lc-rs"] }
gst-plugin-webrtchttp = "=${ELEMENTS_VERSION}"

[profile.release]
debug = false
strip = true
opt-level = 1
`;

/**
 * Installs a newer Debian release in a folder, with current versions of OBS, FFmpeg, GStreamer and
 * players.
 */
export async function installDebianRoot(): Promise<string> {
  if (process.getuid?.() !== 0)
    throw new Missing('only root can create the root folder of a newer Debian');
  return madeOnce(
    NAME,
    JSON.stringify(PACKAGES),
    async (root) => {
      if (!existsSync(join(root, 'usr/bin/apt-get'))) await bootstrap(root);
      await install(root, PACKAGES);
    },
    { keeps: true },
  );
}

/**
 * Builds GStreamer's WHIP and WHEP elements, which Debian lacks, from their crates. This takes 15
 * minutes.
 */
export async function installElements(): Promise<string> {
  const root = await installDebianRoot();
  await madeOnce('gstreamer-elements', CARGO_TOML + BUILD_PACKAGES.join(), async () => {
    await install(root, BUILD_PACKAGES);
    await copyFile(
      '/etc/ssl/certs/ca-certificates.crt',
      join(root, 'etc/ssl/certs/ca-certificates.crt'),
    );
    await mkdir(join(root, 'opt/whip/src'), { recursive: true });
    await writeFile(join(root, 'opt/whip/Cargo.toml'), CARGO_TOML);
    await writeFile(join(root, 'opt/whip/src/lib.rs'), '');
    await inRoot(root, ELEMENTS_BUILD);
  });
  return root;
}

/**
 * Adds the WHIP output, which Debian's OBS lacks. OBS_WEBRTC_PLUGIN names an `obs-webrtc.so` built
 * for that OBS version.
 */
export async function installObs(): Promise<string> {
  const root = await installDebianRoot();
  const plugin = process.env.OBS_WEBRTC_PLUGIN;
  if (plugin === undefined)
    throw new Missing(
      'Debian’s OBS has no WHIP output; OBS_WEBRTC_PLUGIN can name an obs-webrtc.so',
    );
  const folders = await inRoot(root, 'ls -d /usr/lib/*/obs-plugins');
  await copyFile(plugin, join(root, folders.trim(), 'obs-webrtc.so'));
  return root;
}

async function bootstrap(root: string): Promise<void> {
  await rm(root, { recursive: true, force: true });
  await mkdir(CLIENTS_DIR, { recursive: true });
  // The script for sid works for every suite, and older machines have no script for newer suites.
  const script = '/usr/share/debootstrap/scripts/sid';
  if (!existsSync(script)) throw new Missing('debootstrap is not installed');
  const options = ['--variant=minbase', '--include=ca-certificates'];
  await run('debootstrap', [...options, SUITE, root, await mirror(), script]);
  await writeFile(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  // Frozen mirrors, such as those on build machines, serve expired indexes; signatures are still
  // checked.
  await writeFile(
    join(root, 'etc/apt/apt.conf.d/90laboratory'),
    'Acquire::Check-Valid-Until "false";\n',
  );
}

/** Returns the mirror from which this machine gets its own packages. */
async function mirror(): Promise<string> {
  const format = '$(SITE) $(LABEL)';
  const sites = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const site = sites
    .split('\n')
    .find((line) => line.endsWith(' Debian'))
    ?.split(' ')[0];
  if (site === undefined)
    throw new Missing('this machine is not a Debian with a mirror, or apt-get update never ran');
  return site;
}

async function install(root: string, packages: readonly string[]): Promise<void> {
  await writeFile(join(root, 'etc/resolv.conf'), await readFile('/etc/resolv.conf'));
  const apt = 'DEBIAN_FRONTEND=noninteractive apt-get --yes';
  await inRoot(
    root,
    `${apt} update && ${apt} install --no-install-recommends ${packages.join(' ')} && apt-get clean`,
  );
}

/** Runs a script in the root, in its own namespaces, so that its mounts disappear when it ends. */
const inRoot = (root: string, script: string) =>
  run('unshare', [
    ...['--mount', '--pid', '--fork', '--kill-child', `--mount-proc=${join(root, 'proc')}`],
    ...['chroot', root, 'sh', '-c', script],
  ]);
