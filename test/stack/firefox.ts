// Debian's Firefox in tests, driven over WebDriver BiDi, as Playwright drives no Firefox but its own.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BidiPage, BidiSession, type LogEntry } from './bidi.ts';
import { startServer } from './child-process.ts';
import { createFolder, removeLeftovers } from './data-folder.ts';

const FIREFOX = '/usr/bin/firefox-esr';
const LAUNCHER = fileURLToPath(new URL('./behind-servers.sh', import.meta.url));
const READY_MS = 30_000;
const LISTENING = /WebDriver BiDi listening on (ws:\/\/\S+)/;

const PREFERENCES = {
  // The bridge is on loopback.
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  // Without a sound card an AudioContext never starts; this one is played to nobody.
  'media.cubeb.force_mock_context': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // Nothing is to be fetched from anywhere.
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'media.gmp-manager.updateEnabled': false,
};

export interface Firefox {
  newPage(scripts: string[], onLog: (entry: LogEntry) => void): Promise<BidiPage>;
  close(): Promise<void>;
}

/** `log` gets every line that Firefox prints. */
export async function launchFirefox(log: (line: string) => void = () => {}): Promise<Firefox> {
  if (!existsSync(FIREFOX)) {
    throw new Error(
      `Firefox is not installed (expected ${FIREFOX}): run "apt-get install firefox-esr", or "make setup"`,
    );
  }
  removeLeftovers();
  const profile = createFolder();
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  let address = '';
  const child = startServer({
    name: 'Firefox',
    command: LAUNCHER,
    args: [FIREFOX, '--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'],
    log: (line) => {
      address ||= LISTENING.exec(line)?.[1] ?? '';
      log(line);
    },
  });
  const remove = () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  try {
    await child.waitUntil(async () => address !== '', READY_MS);
    const session = await BidiSession.open(`${address}/session`);
    return {
      newPage: (scripts, onLog) => session.newPage(scripts, onLog),
      async close() {
        session.close();
        await child.stop();
        remove();
      },
    };
  } catch (error) {
    await child.stop();
    remove();
    throw error;
  }
}
