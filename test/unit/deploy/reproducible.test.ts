// The same sources give the same bytes: in another folder, as another user, in another language, time zone and year.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
/** What the build reads, its packages included: nothing is shared between the two. */
const SOURCES = ['scripts/build.ts', 'web-plugin', 'package.json', 'package-lock.json', 'tsconfig.json'];
const PACKAGES = ['@matrix-org', '@noble', '@esbuild', 'esbuild', 'tsx'];
const NOBODY = 65534;
const folders: string[] = [];
after(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

interface Circumstances {
  inside: string;
  env: Record<string, string>;
  user?: number;
  /** Milliseconds that its clock is off, and that its files are older. */
  shift: number;
}

function everyFile(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .concat(folder);
}

function buildIn({ inside, env, user, shift }: Circumstances): Map<string, Buffer> {
  const top = mkdtempSync(join(tmpdir(), 'sealmeet-build-'));
  folders.push(top);
  chmodSync(top, 0o755);
  const folder = join(top, inside);
  for (const name of [...SOURCES, ...PACKAGES.map((one) => `node_modules/${one}`)]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  const clock = join(top, 'clock.mjs');
  writeFileSync(clock, `const now = Date.now; Date.now = () => now() + ${shift};\n`);
  const time = (Date.now() + shift) / 1000;
  for (const file of everyFile(top)) {
    utimesSync(file, time, time);
    if (user !== undefined) chownSync(file, user, user);
  }
  const done = spawnSync(process.execPath, ['--import', clock, '--import', 'tsx', 'scripts/build.ts'], {
    cwd: folder,
    env: { PATH: process.env.PATH, TMPDIR: top, HOME: top, ...env },
    ...(user === undefined ? {} : { uid: user, gid: user }),
    encoding: 'utf8',
  });
  assert.equal(done.status, 0, done.stderr);
  return new Map(
    readdirSync(join(folder, 'dist'))
      .sort()
      .map((name) => [name, readFileSync(join(folder, 'dist', name))]),
  );
}

test('two clean builds under different circumstances are the same, byte for byte', () => {
  const first = buildIn({ inside: 'a', env: { LANG: 'C', TZ: 'UTC' }, shift: 0 });
  const other = buildIn({
    inside: 'another folder/with a longer name/ä',
    env: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati', USER: 'somebody' },
    // Only root can become somebody else; without it, the user is the same.
    ...(process.getuid?.() === 0 ? { user: NOBODY } : {}),
    shift: -3 * 365 * 86_400_000,
  });
  assert.deepEqual([...first.keys()], ['SHA256SUMS', 'olm.wasm', 'plugin.js', 'worker.js']);
  assert.deepEqual([...other.keys()], [...first.keys()]);
  for (const [name, bytes] of first) assert.ok(bytes.equals(other.get(name) ?? Buffer.alloc(0)), name);
  for (const name of ['plugin.js', 'worker.js']) {
    const text = first.get(name)?.toString('latin1') ?? '';
    assert.ok(!text.includes(tmpdir()), `${name} tells where it was built`);
    // nginx would take it for a server-side include and change the file.
    assert.ok(!text.includes('<!--#'), `${name} holds what nginx takes for an include`);
  }
});
