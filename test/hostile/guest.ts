// Somebody without a browser who takes part as the protocol wants it: may enter, is shown, gets keys.

import type { Element } from '@xmpp/client';
import type { RawParticipant } from '../stack/raw-participant.ts';
import { attackerMeans, Impostor } from './impostor.ts';
import { bundleElement, nickElement } from './stanzas.ts';

export interface Guest {
  readonly raw: RawParticipant;
  readonly impostor: Impostor;
  readonly endpoint: string;
  leave(): Promise<void>;
}

/** `asserted`: what it calls itself in its channels; the name that is shown when absent. */
export async function enterAsGuest(
  raw: RawParticipant,
  shown: string,
  asserted: string | null = shown,
): Promise<Guest> {
  const post = (to: string, message: object) => {
    // Whoever has left has nothing more to say.
    raw.say(message, to).catch(() => undefined);
  };
  const impostor = new Impostor(
    { room: raw.roomJid, self: raw.id, name: asserted, post },
    await attackerMeans(),
  );
  raw.entity.on('stanza', (stanza: Element) => impostor.hear(stanza));
  await raw.join(nickElement(shown), bundleElement(impostor.core.bundle()));
  return {
    raw,
    impostor,
    endpoint: raw.id,
    leave: async () => {
      impostor.stop();
      await raw.leave();
    },
  };
}
