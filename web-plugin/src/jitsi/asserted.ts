// What somebody calls itself, beside the name that the server shows for it. Rule S9.

import { sayableName } from '../keys/index.ts';

/** lib-jitsi-meet makes such ids. One of another form may read as a name, and the server chooses it. */
const ENDPOINT_ID = /^[0-9a-f]{8}$/;

/**
 * As the interface's `Person` has it; `shown` is what stands there. `said`: what the occupant calls itself, null if it
 * gives itself no name, undefined while nobody knows.
 */
export function assertedBeside(
  shown: string,
  occupant: string,
  said: string | null | undefined,
): string | null {
  if (said === undefined || said === sayableName(shown)) return null;
  // Where the server shows no name either, its id stands there.
  const isNameless = said === null && shown === occupant && ENDPOINT_ID.test(occupant);
  return isNameless ? null : (said ?? '');
}
