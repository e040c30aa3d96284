// What a meeting gives to `Verification`, as far as a test does not say otherwise: nobody hears of anything.

import type { VerificationPorts } from '../../../web-plugin/src/jitsi/verification.ts';

const nothing = () => undefined;

export const quietPorts = (own: Partial<VerificationPorts>): VerificationPorts => ({
  self: { id: 'me', device: 'own device' },
  core: () => null,
  name: (occupant) => occupant,
  compare: nothing,
  reach: nothing,
  answer: nothing,
  confirm: nothing,
  stop: nothing,
  onChangedDevice: nothing,
  onMismatch: nothing,
  onChanged: nothing,
  ...own,
});
