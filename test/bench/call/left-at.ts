// When somebody left, by the clock of Prosody.
import type { Stack } from '../../stack/stack.ts';

/** Milliseconds since the epoch at which Prosody handed the leave out. */
export function leftAt(stack: Pick<Stack, 'prosodyEvents'>, endpoint: string): number {
  const left = stack.prosodyEvents().findLast((one) => one.event === 'left' && one.occupant === endpoint);
  if (left === undefined) throw new Error('Prosody did not note who left');
  return left.time;
}
