// People in a room who send nothing: in a large one nobody has a channel to them.

import { xml } from '@xmpp/client';
import { createCore, loadOlm } from '../../web-plugin/src/keys/index.ts';
import { RawParticipant } from '../stack/raw-participant.ts';
import type { Stack } from '../stack/stack.ts';
import type { Person } from './sealed-room.ts';

/** Microphone and camera, off or on again. */
export async function mute({ page }: Person, isMuted: boolean): Promise<void> {
  await page.evaluate(async (isMuted) => {
    await window.call.muteAudio(isMuted);
    await window.call.muteVideo(isMuted);
  }, isMuted);
}

/** So many who could take part, and send neither media nor messages. Stop their `entity` afterwards. */
export const silentOnes = (stack: Stack, room: string, count: number): Promise<RawParticipant[]> =>
  Promise.all(Array.from({ length: count }, () => silent(stack, room)));

async function silent(stack: Stack, room: string): Promise<RawParticipant> {
  const one = new RawParticipant(stack, room);
  const core = createCore({
    olm: await loadOlm(),
    room: one.roomJid,
    self: one.id,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  await one.join(xml('jitsi_participant_sealmeet', {}, core.bundle()));
  core.free();
  return one;
}
