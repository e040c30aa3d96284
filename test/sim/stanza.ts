// How many bytes an endpoint message is on the stream between Prosody and a client.

export type MessageKind = 'key' | 'beacon' | 'data';

/** Room of the deployment's kind, with the occupant ids of Jitsi; an anonymous login with the ids of Prosody. */
const FROM = 'weekly-meeting@conference.meet.example.org/1a2b3c4d';
const TO = '01234567-89ab-cdef-0123-456789abcdef@meet.example.org/AbCdEfGhIjKl';
const AROUND =
  `<message type='groupchat' from='${FROM}' to='${TO}' id='00000000-0000-0000-0000-000000000000'>` +
  `<json-message xmlns='http://jitsi.org/jitmeet'></json-message></message>`;

/** Quotes of the JSON stand as entities, as both lib-jitsi-meet and Prosody write them. */
export const stanzaBytes = (json: string): number => AROUND.length + quotedBytes(json);

/** Of JSON whose quotes stand as entities. */
export function quotedBytes(json: string): number {
  let bytes = Buffer.byteLength(json);
  for (let at = json.indexOf('"'); at >= 0; at = json.indexOf('"', at + 1)) bytes += '&quot;'.length - 1;
  return bytes;
}
