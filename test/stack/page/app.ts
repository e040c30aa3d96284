// The client page: reads the address, joins the room, and keeps what a person sees in step with the meeting.
import type { ChatLine } from './call.ts';
import { initLibrary, offerCall, othersIn, personOf } from './caller.ts';
import { named, type RemoteTrack } from './jitsi.ts';
import { Meeting, type MeetingState, videoSize } from './meeting.ts';
import { drawPicturesAsCamera } from './pictures.ts';
import { Tiles } from './tiles.ts';
import { playToneAsMicrophone, ToneListener } from './tones.ts';

function find<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`expected #${id} in the page`);
  return found;
}

const query = new URLSearchParams(location.search);
/** Of others' media: `tones`: it is played, and its tones are looked for; `plain`: it is played; `nothing`. */
const play = query.get('play') ?? 'tones';
const tone = Number(query.get('tone') ?? 0);
if (query.get('camera') === 'drawn') drawPicturesAsCamera(videoSize(query.get('video')));
if (tone > 0) playToneAsMicrophone(tone);

initLibrary(named(JitsiMeetJS.logLevels, query.has('debug') ? 'DEBUG' : 'ERROR'));

const tones = new ToneListener();
const tiles = new Tiles(find('tiles', HTMLElement));
const messages: ChatLine[] = [];
const errors: string[] = [];
let meeting: Meeting | null = null;
let ownName = '';
let noticeTimer: ReturnType<typeof setTimeout> | undefined;
const NOTICE_MS = 10_000;

const STATE_TEXT: Record<Exclude<MeetingState['at'], 'refused'>, string> = {
  connecting: 'Connecting…',
  joined: '',
  reconnecting: 'The server is away. Trying again…',
  left: 'You left the room.',
};

function showPeople(): void {
  const ownId = meeting?.conference?.myUserId();
  const own = meeting && ownId ? personOf(meeting, ownId, ownName) : null;
  if (own) tiles.showOwn(own.id, meeting?.camera ?? null);
  tiles.update([
    ...(own ? [{ ...own, own: true }] : []),
    ...othersIn(meeting).map((other) => ({ ...other, own: false })),
  ]);
  const press = (id: string, pressed: boolean) =>
    find(id, HTMLButtonElement).setAttribute('aria-pressed', String(pressed));
  press('microphone', meeting?.muted.audio ?? false);
  press('camera', meeting?.muted.video ?? false);
  press('screen', meeting?.sharing ?? false);
}

function addChatLine(heading: string, text: string, className: string): void {
  const line = document.createElement('li');
  line.className = className;
  const who = document.createElement('b');
  who.textContent = heading;
  line.append(who, text);
  const list = find('chat-lines', HTMLElement);
  list.append(line);
  list.scrollTop = list.scrollHeight;
  if (className === 'failed' || find('chat', HTMLElement).hidden) toggleChat(true);
}

function toggleChat(open: boolean): void {
  find('chat', HTMLElement).hidden = !open;
  find('chat-toggle', HTMLButtonElement).setAttribute('aria-pressed', String(open));
}

function notice(text: string): void {
  const element = find('notice', HTMLElement);
  element.textContent = text;
  element.hidden = text === '';
  clearTimeout(noticeTimer);
  // Why somebody is not in the room stays on the screen.
  if (meeting?.state.at !== 'refused') noticeTimer = setTimeout(() => notice(''), NOTICE_MS);
}

function reportError(text: string): void {
  errors.push(text);
  notice(text);
  if (text.startsWith('Your message was not sent')) addChatLine('Not sent', text, 'failed');
}

function showState(state: MeetingState): void {
  const text = state.at === 'refused' ? 'Not in the room.' : STATE_TEXT[state.at];
  find('status', HTMLElement).textContent = text;
  if (state.at === 'joined') notice('');
  const away = state.at === 'left' || state.at === 'refused';
  for (const id of ['microphone', 'camera', 'screen']) find(id, HTMLButtonElement).disabled = away;
  if (away) tiles.update([]);
  showPeople();
}

function addTrack(track: RemoteTrack): void {
  if (play !== 'nothing') tiles.attach(track);
  if (play === 'tones' && track.getType() === 'audio')
    tones.listen(track.getParticipantId(), track.getTrack());
  showPeople();
}

function removeTrack(track: RemoteTrack): void {
  tiles.detach(track);
  if (track.getType() === 'audio') tones.forget(track.getTrack());
  showPeople();
}

function nameOf(id: string): string {
  if (id === meeting?.conference?.myUserId()) return ownName;
  return meeting?.conference?.getParticipantById(id)?.getDisplayName() ?? id;
}

function addMessage(from: string, text: string, isPrivate: boolean): void {
  const name = nameOf(from);
  messages.push({ from, name, text, private: isPrivate });
  addChatLine(isPrivate ? `${name}, to you alone` : name, text, '');
}

async function join(room: string, name: string): Promise<void> {
  ownName = name;
  find('entrance', HTMLElement).hidden = true;
  find('meeting', HTMLElement).hidden = false;
  find('room-name', HTMLElement).textContent = room;
  document.title = `${room} · Sealmeet test room`;
  tones.wake();
  meeting = new Meeting(
    {
      room: room.toLowerCase(),
      name,
      peerToPeer: query.get('p2p') === '1',
      preferredCodec: query.get('codec'),
      simulcast: query.get('simulcast') === '1',
      video: videoSize(query.get('video')),
    },
    {
      state: showState,
      people: showPeople,
      trackAdded: addTrack,
      trackRemoved: removeTrack,
      chat: addMessage,
      error: reportError,
    },
  );
  showState({ at: 'connecting' });
  try {
    await meeting.start();
  } catch (error) {
    reportError(
      `Camera or microphone cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function act(work: Promise<void> | undefined): void {
  work?.catch((error: unknown) => reportError(error instanceof Error ? error.message : String(error)));
}

function onClick(id: string, handle: () => void): void {
  find(id, HTMLButtonElement).addEventListener('click', handle);
}

onClick('microphone', () => act(meeting?.mute('audio', !meeting.muted.audio)));
onClick('camera', () => act(meeting?.mute('video', !meeting.muted.video)));
onClick('screen', () => act(meeting?.shareScreen(!meeting.sharing)));
onClick('leave', () => act(meeting?.leave()));
onClick('chat-toggle', () => toggleChat(find('chat', HTMLElement).hidden === true));

find('chat-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const input = find('chat-text', HTMLInputElement);
  if (input.value.trim() !== '') meeting?.sendChat(input.value);
  input.value = '';
});

offerCall({ meeting: () => meeting, tones, messages, errors });

const room = decodeURIComponent(location.pathname.slice(1));
const name = query.get('name');
find('join-room', HTMLInputElement).value = room;
find('join-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const chosen = find('join-room', HTMLInputElement).value;
  history.replaceState(null, '', `/${chosen}${location.search}`);
  void join(chosen, find('join-name', HTMLInputElement).value);
});
if (room !== '' && name) void join(room, name);
else find(room === '' ? 'join-room' : 'join-name', HTMLInputElement).focus();
