// Requests to the room's module: IQs in the namespace of docs/protocol.md §2.

import { NAMESPACE } from '../wire/index.ts';
import type { JitsiConference } from './library.ts';

const ANSWER_MS = 10_000;

/** The server did not answer in time. */
export class NoAnswer extends Error {}

export type RoomRequest =
  | { name: 'seal' | 'unseal' | 'state' }
  | { name: 'consent'; id: string; answer: 'agree' | 'refuse' };

/** Resolves with the answer; rejects with the server's words, or with NoAnswer. */
export function askRoom(
  conference: JitsiConference,
  room: string,
  type: 'get' | 'set',
  { name, ...attributes }: RoomRequest,
): Promise<Element> {
  // Attributes by hand: Strophe serialises what it finds there, and knows nothing of namespaces.
  const iq = document.implementation.createDocument(null, 'iq').documentElement;
  iq.setAttribute('xmlns', 'jabber:client');
  iq.setAttribute('type', type);
  iq.setAttribute('to', room);
  const child = iq.ownerDocument.createElementNS(null, name);
  child.setAttribute('xmlns', NAMESPACE);
  for (const [attribute, value] of Object.entries(attributes)) child.setAttribute(attribute, value);
  iq.append(child);
  return new Promise((resolve, reject) => {
    // Null after a time-out, a text when the stream is cut.
    const onError = (error: unknown) => {
      if (!(error instanceof Element)) return reject(new NoAnswer('The server did not answer.'));
      const text = error.getElementsByTagName('text')[0]?.textContent;
      reject(new Error(text || 'The server refused the request.'));
    };
    conference.xmpp.connection.sendIQ(iq, resolve, onError, ANSWER_MS);
  });
}
