// make dist and the steps of docs/admin.md, "Without Docker", on a Debian 13 laid out as Jitsi's packages leave it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Engine, IMAGES, ROOT, startEngine } from './engine.ts';

let engine: Engine;
let folder = '';

before(async () => {
  engine = await startEngine();
  folder = mkdtempSync(join(tmpdir(), 'sealmeet-debian-'));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await engine?.stop();
});

/** The commands that the documentation gives, but the unpacking, which it gives in a block before. */
function documentedSteps(): string {
  const text = readFileSync(join(ROOT, 'docs/admin.md'), 'utf8');
  const steps = /<!-- debian-steps -->\n```sh\n([\s\S]*?)```/.exec(text)?.[1];
  assert.ok(steps, 'expected the steps in docs/admin.md');
  return steps
    .replace(/^HOST=.*$/m, '')
    .replaceAll('sudo ', '')
    .replace(/^systemctl .*$/gm, '');
}

test('make dist gives the same archive each time', () => {
  const digest = () => {
    const done = spawnSync('sh', [join(ROOT, 'scripts/deploy/dist.sh')], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
  assert.equal(digest(), digest());
});

test('on a Debian Jitsi, the documented steps put plugin, module and configuration in place', () => {
  const archive = readdirSync(join(ROOT, 'dist')).find((name) => /^sealmeet-.*\.tar\.gz$/.test(name));
  assert.ok(archive);
  writeFileSync(join(folder, 'steps.sh'), documentedSteps());
  const mount = (from: string, to: string) => ['--volume', `${from}:${to}:ro`];
  const done = spawnSync(
    'docker',
    [
      ...['run', '--rm', '--user', '0', '--network', 'none', '--entrypoint', '/bin/bash'],
      ...mount(join(ROOT, 'test/compose/debian.sh'), '/debian.sh'),
      ...mount(join(folder, 'steps.sh'), '/steps.sh'),
      ...mount(join(ROOT, 'dist', archive), '/sealmeet.tar.gz'),
      // Debian with nginx, Prosody and the page; its configuration is made anew in there.
      ...[`${IMAGES.repo}/web:${IMAGES.version}`, '/debian.sh', '/sealmeet.tar.gz'],
    ],
    { env: engine.env, encoding: 'utf8' },
  );
  assert.equal(done.status, 0, done.stdout + done.stderr);
  assert.match(done.stdout, /everything is in place/);
});
