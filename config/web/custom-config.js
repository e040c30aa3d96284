// Appended to Jitsi Meet's config.js: private by default, and nothing in the page's address weakens a seal.
/* global config */

// The browser's transforms belong to Sealmeet; Jitsi's built-in encryption would take them away from it.
config.e2ee = { disabled: true };
config.testing = config.testing || {};
config.testing.disableE2EE = true;

// Nobody else is asked for anything: no avatars from Gravatar, no public STUN server, no videos or pictures.
config.disableThirdPartyRequests = true;
config.gravatar = { disabled: true };
config.p2p = config.p2p || {};
config.p2p.stunServers = [];
config.giphy = { enabled: false };
config.analytics = { disabled: true };
config.transcription = { enabled: false };
config.fileRecordingsEnabled = false;
config.liveStreaming = { enabled: false };

// Jitsi Meet takes settings from the part of the address behind #, so a link can switch things on for who follows it.
// Those below say how somebody enters; all others are taken out before Jitsi Meet looks. This runs in the page's head.
(() => {
  const harmless = [
    'config.startWithAudioMuted',
    'config.startWithVideoMuted',
    'config.startAudioOnly',
    'config.prejoinConfig.enabled',
    'config.defaultLanguage',
    'config.subject',
    'userInfo.displayName',
    'userInfo.email',
    'sealed',
  ];
  // A name of one word is Jitsi Meet's own or a flag; anything encoded is none of these, and goes.
  const keep = (part) => {
    const [name] = part.split('=');
    return harmless.includes(name) || /^[A-Za-z0-9_-]+$/.test(name);
  };
  const clean = () => {
    const hash = window.location.hash.replace(/^#/, '');
    const kept = hash.split('&').filter(keep).join('&');
    if (kept !== hash) {
      const { pathname, search } = window.location;
      window.history.replaceState(window.history.state, '', pathname + search + (kept ? `#${kept}` : ''));
    }
  };
  clean();
  window.addEventListener('hashchange', clean, true);
})();
