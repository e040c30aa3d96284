// Entry point of the page: loads after lib-jitsi-meet and before the app, and takes hold of both.

import {
  encodedTransforms,
  findLibrary,
  hookConnections,
  hookDisplayMedia,
  type JitsiConference,
  type JitsiMeetLibrary,
  latchStore,
  Meeting,
  type Obstacle,
  Routes,
  roomOfAddress,
  Watchdog,
  WorkerLink,
} from './jitsi/index.ts';
import { beginAnew, type LoadedMeans, loadMeans, saveDevices, warmUp } from './means.ts';
import { isInvitedSealed, Screen } from './screen.ts';

const WATCH_MS = 3_000;
const CONNECTION_MS = 1_000;

/** Where this script came from: the worker and Olm's WebAssembly lie beside it. */
function folder(): string {
  const script = document.currentScript;
  return new URL('.', (script instanceof HTMLScriptElement && script.src) || location.href).href;
}

function start(library: JitsiMeetLibrary, base: string): void {
  let active: Meeting | null = null;
  let means: LoadedMeans | null = null;
  /** Why this page cannot seal; it then leaves sealed rooms, or does not enter them. */
  let obstacle: Obstacle | null = null;
  const latches = latchStore();
  /** By the configuration as it is now: Jitsi Meet puts another domain there when the server sends it elsewhere. */
  const addressRoom = roomOfAddress();
  /** Jitsi Meet keeps the connection when somebody goes from the main room to a breakout room or back. */
  const lastOf = new WeakMap<object, Meeting>();

  const verifying = () => active?.verification?.intents;
  const screen = new Screen(
    {
      seal: () => active?.sealRoom(),
      unseal: () => active?.unsealRoom(),
      agreeToUnseal: () => active?.agreeToUnseal(),
      answerConsent: (agrees) => active?.answerConsent(agrees),
      closeConsent: () => active?.closeConsent(),
      leave: () => active?.leave(),
      dismiss: (trouble) => active?.dismiss(trouble),
      ownDevice: {
        save: () => means && saveDevices(means),
        reset: () => void (means && beginAnew(means).then((line) => screen.notify(line))),
      },
      verification: {
        compare: (person) => verifying()?.compare(person),
        accept: () => verifying()?.accept(),
        decline: () => verifying()?.decline(),
        confirm: (isSame) => verifying()?.confirm(isSame),
        close: () => verifying()?.close(),
        openCode: () => verifying()?.openCode(),
        closeCode: () => verifying()?.closeCode(),
        heard: (person, isHeard) => verifying()?.heard(person, isHeard),
        codeDiffers: () => verifying()?.codeDiffers(),
      },
    },
    { call: () => active?.view() ?? null, obstacle: () => obstacle, latches },
  );

  const way = encodedTransforms();
  if (!way) obstacle = 'unsupported';
  screen.draw();
  setInterval(() => active?.checkConnection(), CONNECTION_MS);
  let renewTransforms = () => {};
  const link = way
    ? new WorkerLink(`${base}worker.js`, way === 'script', {
        onReport: (report) => active?.report(report),
        onRestart() {
          renewTransforms();
          routes.repeat();
          active?.workerRestarted();
        },
        onDeath() {
          obstacle = 'worker-died';
          active?.trouble('worker', { kind: 'worker-died' });
          active?.broken();
        },
      })
    : null;
  const routes = new Routes((command) => link?.send(command));

  if (way && link) {
    hookDisplayMedia();
    renewTransforms = hookConnections(way, link, {
      onSender: (sender) => {
        routes.addSender(sender, active?.conference ?? null);
        if (sender.holder.track) active?.tracksChanged();
      },
      onReceiver: (receiver) => routes.addReceiver(receiver),
      async beforeReplaceTrack(sender, track) {
        if (track) active?.aboutToSend();
        // What is under way of the old source must not be sealed as the new one (rule M10).
        routes.closeSender(sender);
        await link.settled();
      },
      onReplacedTrack: (sender) => {
        routes.routeSender(sender, active?.conference ?? null);
        active?.tracksChanged();
      },
      onClosed: (transforms) => routes.remove(transforms),
    });
    const watchdog = new Watchdog(
      () => link.statistics(),
      ({ holder }) => {
        if (active?.gate === 'clear') return;
        const direction = holder instanceof RTCRtpSender ? 'sent' : 'received';
        console.warn(
          `Sealmeet: the browser ${direction} ${holder.track?.kind ?? 'something'} past the worker`,
        );
        if (holder instanceof RTCRtpSender) void holder.replaceTrack(null);
        else holder.track.enabled = false;
        active?.trouble('bypassed', { kind: 'bypassed' });
      },
    );
    setInterval(() => {
      if (active && !link.isDead) void watchdog.look(routes.all());
    }, WATCH_MS);
  }

  const loading = way
    ? loadMeans(base).then(
        (loaded) => {
          means = loaded;
          if (!active)
            warmUp(loaded, () => active !== null).catch((error) => console.error('Sealmeet:', error));
        },
        (error: unknown) => {
          console.error('Sealmeet: could not be loaded:', error);
          obstacle = 'not-loaded';
          screen.draw();
        },
      )
    : Promise.resolve();

  /** A page that cannot seal does not stay in a room that is. */
  const stop = (meeting: Meeting) => {
    meeting.leave();
    screen.stopped();
  };

  const adopt = (conference: JitsiConference, connection: object) => {
    active?.end();
    screen.clear();
    const meeting = new Meeting(conference, {
      library,
      routes,
      latches,
      isInvitedSealed,
      comesFromSealed: lastOf.get(connection)?.isSealed ?? null,
      addressRoom,
      command: (command) => {
        if (active === meeting) link?.send(command);
        if (command.type === 'gate' && command.gate === 'sealed' && obstacle) stop(meeting);
      },
      counters: async () => (await link?.counters()) ?? new Map(),
      onChanged: () => screen.draw(),
      stage: () => screen.page.stage,
      codec: async (transform) => {
        const figures = await link?.statistics();
        return figures?.find((one) => one.transform === transform)?.codec ?? '';
      },
      notify: (line) => screen.notify(line),
      onRefused: (words) => screen.refused(words),
      onEnded: (ended) => {
        if (active !== ended) return;
        link?.send({ type: 'reset' });
        active = null;
        screen.draw();
      },
    });
    active = meeting;
    lastOf.set(connection, meeting);
    deferJoin(conference, meeting);
  };

  /** The bundle has to stand in the first presence, so joining waits for what it is made with. The name is set by then. */
  const deferJoin = (conference: JitsiConference, meeting: Meeting) => {
    const join = conference.join;
    conference.join = (...args: unknown[]) => {
      const enter = () => {
        meeting.start(means);
        if (obstacle && meeting.isRemembered) {
          screen.stopped();
          return undefined;
        }
        return Reflect.apply(join, conference, args);
      };
      return means || obstacle ? enter() : loading.then(enter);
    };
  };

  const { prototype } = library.JitsiConnection;
  const { initJitsiConference } = prototype;
  prototype.initJitsiConference = function (...args) {
    const conference = Reflect.apply(initJitsiConference, this, args) as JitsiConference;
    adopt(conference, this);
    return conference;
  };
}

const library = findLibrary();
if (library) start(library, folder());
