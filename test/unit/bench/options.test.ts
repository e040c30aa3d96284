// What people mistype: every measuring command names it, prints no figures and ends with 2.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../..', import.meta.url));

interface Ended {
  code: unknown;
  stdout: string;
  stderr: string;
}

/** A command, by its file under `test/`, with these words after its name. */
function run(file: string, ...words: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', `${folder}/${file}`, ...words],
      { timeout: 60_000 },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

const commands = ['sim/main.ts', 'sim/xmpp.ts', 'bench/call.ts', 'bench/frames.ts', 'bench/module.ts'];

test('an unknown option is answered with those that are known', async () => {
  for (const command of commands) {
    const { code, stdout, stderr } = await run(command, '--json', '--nope');
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, command);
    assert.match(stderr, /^Unknown option '--nope'\. Known here: (--[a-z-]+, )*--json.*\n$/, command);
  }
});

test('a value that a command cannot use is named, with what it expects', async () => {
  const wrong: [string, string, string][] = [
    ['sim/main.ts', '--members', 'many'],
    ['sim/main.ts', '--seed', '5-1'],
    ['sim/main.ts', '--scenario', 'calm'],
    ['sim/xmpp.ts', '--scenario', 'storm'],
    ['bench/call.ts', '--rounds', '0'],
    ['bench/frames.ts', '--only', 'nothing'],
    ['bench/frames.ts', '--sizes', '120,'],
    ['bench/module.ts', '--version', '11'],
  ];
  for (const [command, option, value] of wrong) {
    const { code, stdout, stderr } = await run(command, option, value);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, command);
    assert.match(stderr, new RegExp(`^${option}: expected .*, came .+\n$`), command);
  }
});
