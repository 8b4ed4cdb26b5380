import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { packageRoot } from '../../src/platform/package-root.js';

/** Where the set-up unpacks it. */
const unpacked = join(packageRoot, '.redline', 'browser');

interface Chromium {
  readonly path: string;
  readonly environment: Record<string, string>;
}

/** Debian's chromium: on the PATH, else unpacked by the set-up; undefined: nowhere, and tests that need it are skipped. */
export function locateChromium(): Chromium | undefined {
  const { PATH: path = '', HOME: home = '' } = process.env;
  const environment = { PATH: path, HOME: home, LANG: 'C.UTF-8' };
  const installed = path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'chromium'))
    .find((file) => existsSync(file));
  if (installed !== undefined) return { path: installed, environment };
  const own = join(unpacked, 'usr', 'lib', 'chromium', 'chromium');
  if (!existsSync(own)) return undefined;
  const machine: Partial<Record<NodeJS.Architecture, string>> = {
    x64: 'x86_64-linux-gnu',
    arm64: 'aarch64-linux-gnu',
  };
  const libraries = ['usr/lib', 'lib']
    .map((folder) => join(unpacked, folder, machine[process.arch] ?? ''))
    // One of them looks for its own at an absolute path.
    .flatMap((folder) => [folder, join(folder, 'pulseaudio')]);
  return {
    path: own,
    environment: {
      ...environment,
      LD_LIBRARY_PATH: libraries.join(delimiter),
      FONTCONFIG_FILE: writeFontSettings(),
    },
  };
}

/** Where letters are: unpacked beside the browser, or the machine's own, which may have either settings or letters alone. */
function writeFontSettings(): string {
  const file = join(unpacked, 'fonts.conf');
  const folders = [join(unpacked, 'usr', 'share', 'fonts'), '/usr/share/fonts'];
  const lines = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    ...folders.map((folder) => `<dir>${folder}</dir>`),
    `<cachedir>${join(unpacked, 'var', 'cache', 'fontconfig')}</cachedir>`,
    '<alias><family>monospace</family><prefer><family>Liberation Mono</family></prefer></alias>',
    // What a page asks for and no letters have the name of, the interface's own above all, else falls to any letters.
    '<match target="pattern"><edit name="family" mode="append_last"><string>Liberation Sans</string></edit></match>',
    '</fontconfig>',
  ];
  const text = `${lines.join('\n')}\n`;
  // A browser that starts beside may read it now.
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  return file;
}

/** Starts it without a window. @throws where there is none */
export async function launchBrowser(): Promise<Browser> {
  const found = locateChromium();
  if (found === undefined) throw new Error('chromium is nowhere; the set-up fetches it on Debian');
  return chromium.launch({
    executablePath: found.path,
    env: found.environment,
    // Its sandbox cannot be set up by root, nor in most containers; it shows our own pages alone.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}
