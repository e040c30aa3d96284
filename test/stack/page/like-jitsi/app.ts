// A client page that looks and is built as Jitsi Meet's, with a real call in it: pre-join screen, filmstrip, stage,
// toolbar, chat, participants, notifications, the dialog after an end. Opened by `?like=jitsi`.
import type { ChatLine } from '../call.ts';
import { initLibrary, offerCall, othersIn } from '../caller.ts';
import { named } from '../jitsi.ts';
import { Meeting, type MeetingState, videoSize } from '../meeting.ts';
import { playToneAsMicrophone, ToneListener } from '../tones.ts';
import { Store } from './store.ts';
import { Thumbnails } from './thumbnails.ts';

declare global {
  var APP: { store: Store };
}

function find<T extends HTMLElement>(selector: string, type: new () => T): T {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`expected ${selector} in the page`);
  return found;
}

const NOTIFICATION_MS = 4_000;
const query = new URLSearchParams(location.search);
const tone = Number(query.get('tone') ?? 0);
if (tone > 0) playToneAsMicrophone(tone);
initLibrary(named(JitsiMeetJS.logLevels, query.has('debug') ? 'DEBUG' : 'ERROR'));

const store = new Store();
globalThis.APP = { store };
const tones = new ToneListener();
const thumbnails = new Thumbnails(
  find('#filmstripRemoteVideos', HTMLElement),
  find('#largeVideo', HTMLVideoElement),
  (id) => showLarge(id),
);
const messages: ChatLine[] = [];
const errors: string[] = [];
const { dataset } = document.body;
let meeting: Meeting | null = null;
let ownName = '';

offerCall({ meeting: () => meeting, tones, messages, errors });

// The language, as i18next keeps it: what the address or the person chose, else the host's default.
const language = () => query.get('lang') ?? localStorage.getItem('language') ?? 'en';
const languages = find('#language-select', HTMLSelectElement);
languages.value = language();
languages.addEventListener('change', () => {
  localStorage.setItem('language', languages.value);
  store.tell();
});

function notify(text: string): void {
  const notification = document.createElement('div');
  notification.className = 'notification';
  notification.textContent = text;
  find('#notifications-container', HTMLElement).append(notification);
  setTimeout(() => notification.remove(), NOTIFICATION_MS);
}

function showLarge(id: string | undefined): void {
  store.showLarge(id);
  thumbnails.showLarge(id);
}

const known = new Map<string, string>();

function showPeople(): void {
  const others = othersIn(meeting);
  thumbnails.showOwn(meeting?.camera ?? null, ownName);
  thumbnails.update(others);
  const present = new Map(others.map(({ id, name }) => [id, name]));
  for (const [id, name] of present) if (!known.has(id)) notify(`${name} joined the meeting`);
  for (const [id, name] of known) if (!present.has(id)) notify(`${name} left the meeting`);
  known.clear();
  for (const [id, name] of present) known.set(id, name);
  const large = store.getState()['features/large-video'].participantId;
  showLarge(large !== undefined && present.has(large) ? large : others[0]?.id);
  const list = find('#participants-pane ul', HTMLElement);
  list.replaceChildren(
    ...[`${ownName} (me)`, ...present.values()].map((name) => {
      const item = document.createElement('li');
      item.textContent = name;
      return item;
    }),
  );
  const press = (selector: string, pressed: boolean) =>
    find(selector, HTMLButtonElement).setAttribute('aria-pressed', String(pressed));
  press('#toolbar-microphone', meeting?.muted.audio ?? false);
  press('#toolbar-camera', meeting?.muted.video ?? false);
}

/** As Jitsi Meet's dialog after the room was destroyed, or one was not let in. */
function showLeaveReason(reason: string): void {
  find('#leave-reason p', HTMLElement).textContent = reason;
  find('#leave-reason', HTMLDialogElement).show();
}

function showState(state: MeetingState): void {
  if (state.at === 'refused') showLeaveReason(state.reason);
  if (state.at === 'refused' || state.at === 'left') {
    showLarge(undefined);
    dataset.view = 'ended';
  }
  showPeople();
}

function addMessage(from: string, text: string, isPrivate: boolean): void {
  const name = known.get(from) ?? ownName;
  messages.push({ from, name, text, private: isPrivate });
  const line = document.createElement('li');
  line.textContent = `${name}: ${text}`;
  find('#chatconversation', HTMLElement).append(line);
}

async function join(room: string, name: string): Promise<void> {
  ownName = name;
  // The pre-join screen leaves the page, as React takes it out.
  document.querySelector('.premeeting-screen')?.remove();
  dataset.view = query.get('view') === 'tiles' ? 'tiles' : 'stage';
  arrange();
  find('.subject-text', HTMLElement).textContent = room;
  tones.wake();
  const report = (text: string) => {
    errors.push(text);
    notify(text);
  };
  meeting = new Meeting(
    {
      room: room.toLowerCase(),
      name,
      peerToPeer: query.get('p2p') === '1',
      preferredCodec: query.get('codec'),
      video: videoSize(query.get('video')),
    },
    {
      state: showState,
      people: showPeople,
      trackAdded(track) {
        thumbnails.attach(track);
        if (track.getType() === 'audio') tones.listen(track.getParticipantId(), track.getTrack());
        showPeople();
      },
      trackRemoved(track) {
        thumbnails.detach(track);
        if (track.getType() === 'audio') tones.forget(track.getTrack());
        showPeople();
      },
      chat: addMessage,
      error: report,
    },
  );
  await meeting.start().catch((error: Error) => report(`No camera or microphone: ${error.message}`));
}

function arrange(): void {
  const page = find('#videoconference_page', HTMLElement);
  page.classList.toggle('tile-view', dataset.view === 'tiles');
  page.classList.toggle('vertical-filmstrip', dataset.view !== 'tiles');
}

function onClick(selector: string, handle: () => unknown): void {
  find(selector, HTMLButtonElement).addEventListener('click', () => void handle());
}
const toggle = (name: 'pane' | 'chat') => {
  dataset[name] = dataset[name] === 'on' ? 'off' : 'on';
};

onClick('#toolbar-microphone', () => meeting?.mute('audio', !meeting.muted.audio));
onClick('#toolbar-camera', () => meeting?.mute('video', !meeting.muted.video));
onClick('#toolbar-chat', () => toggle('chat'));
onClick('#toolbar-participants', () => toggle('pane'));
onClick('#toolbar-tiles', () => {
  dataset.view = dataset.view === 'tiles' ? 'stage' : 'tiles';
  arrange();
});
onClick('#toolbar-leave', () => meeting?.leave());
find('#chat-input', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const input = find('#usermsg', HTMLInputElement);
  if (input.value.trim() !== '') meeting?.sendChat(input.value);
  input.value = '';
});

const room = decodeURIComponent(location.pathname.slice(1));
const nameInput = find('#premeeting-name-input', HTMLInputElement);
nameInput.value = query.get('name') ?? '';
find('.premeeting-screen form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void join(room, nameInput.value);
});
// Jitsi Meet's `prejoinConfig.enabled`.
if (query.get('prejoin') === '1' || nameInput.value === '') dataset.view = 'prejoin';
else void join(room, nameInput.value);
