// Who holds which key: the pure core, libolm's loader, the seal of a conference.

export { arrivalMs } from './agreement.ts';
export { createCore } from './core.ts';
export type { Core, CoreOptions, RosterView } from './core-api.ts';
export type { CoreAction, CoreEvent, Identity, Notice, OccupantId } from './events.ts';
export { forgetOldest } from './forget-oldest.ts';
export { meetingCode } from './meeting-code.ts';
export { nameForm } from './name-form.ts';
export { loadOlm, type OlmAccount, type OlmLibrary, type OlmSession } from './olm.ts';
export { exportDevices, type OwnDevice, openDevice, resetDevice } from './own-device.ts';
export { sayableName } from './own-name.ts';
export { EAGER_ROSTER } from './peers.ts';
export { openRecords, type RecordStore } from './record-store.ts';
export { rehearsal } from './rehearsal.ts';
export type { ComparisonStep } from './sas.ts';
export { latchKey, Seal, type SealAction, type SealEvent, type SealView } from './seal.ts';
export { type SeenDevice, type Standing, Trust } from './trust.ts';
export { openTrust } from './trust-store.ts';
