// What Jitsi Meet's configuration says of privacy, and that nothing in the page's address undoes it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

const SCRIPT = readFileSync(new URL('../../../config/web/custom-config.js', import.meta.url), 'utf8');

interface Config {
  e2ee: { disabled: boolean };
  testing: { disableE2EE: boolean };
  p2p: { enabled: boolean; stunServers: string[] };
  disableThirdPartyRequests: boolean;
  [feature: string]: unknown;
}

/** Runs it as the page's head does; what is left of the address, and the configuration. */
function open(hash: string): { hash: string; config: Config; again: (next: string) => string } {
  const location = { hash, pathname: '/room', search: '?lang=de' };
  let listener = () => {};
  const window = {
    location,
    history: {
      state: null,
      replaceState(_state: unknown, _title: string, url: string) {
        assert.ok(url.startsWith('/room?lang=de'), url);
        location.hash = url.includes('#') ? url.slice(url.indexOf('#')) : '';
      },
    },
    addEventListener(event: string, handle: () => void) {
      assert.equal(event, 'hashchange');
      listener = handle;
    },
  };
  const config = { p2p: { enabled: false } } as Config;
  runInNewContext(SCRIPT, { window, config });
  const again = (next: string) => {
    location.hash = next;
    listener();
    return location.hash;
  };
  return { hash: location.hash, config, again };
}

test('the built-in encryption is off, and nobody else is asked for anything', () => {
  const { config } = open('');
  assert.equal(config.e2ee.disabled, true);
  assert.equal(config.testing.disableE2EE, true);
  assert.equal(config.p2p.enabled, false);
  assert.deepEqual([...config.p2p.stunServers], []);
  assert.equal(config.disableThirdPartyRequests, true);
  // All of it, rtcstats and the addresses of loggers too, which stand in the same object.
  assert.deepEqual({ ...(config.analytics as object) }, { disabled: true });
  for (const what of ['gravatar', 'giphy', 'transcription', 'liveStreaming']) {
    const { disabled, enabled } = config[what] as { disabled?: boolean; enabled?: boolean };
    assert.ok(disabled === true || enabled === false, what);
  }
});

test('settings in the address that could weaken a seal or privacy are taken out before Jitsi Meet looks', () => {
  for (const part of [
    'config.p2p.enabled=true',
    'config.e2ee.disabled=false',
    'config.testing.disableE2EE=false',
    'config.enableEncodedTransformSupport=false',
    'config.disableThirdPartyRequests=false',
    'config.analytics.scriptURLs=["https://example.org/x.js"]',
    'config.p2p.stunServers=[{"urls":"stun:example.org"}]',
    'config.dynamicBrandingUrl="https://example.org"',
    'config.hosts.muc="elsewhere"',
    'config.bosh="https://example.org/http-bind"',
    'interfaceConfig.SHOW_JITSI_WATERMARK=false',
    'devices.audioInput="x"',
    'iceServers.replace=[]',
    '%63onfig.p2p.enabled=true',
    'config%2Ep2p%2Eenabled=true',
    '%E0%A4%A=1',
  ]) {
    assert.equal(open(`#${part}`).hash, '', part);
    assert.equal(open(`#sealed&${part}`).hash, '#sealed', part);
    assert.equal(open('').again(`#${part}`), '', `${part} later`);
  }
});

test('what says how somebody enters stays', () => {
  for (const hash of [
    '#sealed',
    '#config.startWithAudioMuted=true&userInfo.displayName="Ada"',
    '#jitsi_meet_external_api_id=0',
    '',
  ])
    assert.equal(open(hash).hash, hash);
});
