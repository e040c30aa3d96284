// For pages around the call: `window.sealmeet` in the page itself, and messages for a page that embeds it.

export type { Openable, Sealmeet, SealmeetPerson, SealmeetState, SealmeetTrouble } from './api.ts';
export { Embedding, type EmbeddingSources } from './embedding.ts';
export type { Answer, Request, StateMessage } from './messages.ts';
