// The only folder that knows lib-jitsi-meet, RTCPeerConnection, presence and endpoint messages.

export { encodedTransforms, hookConnections } from './connections.ts';
export { type HostSettings, hostSettings, JitsiMeetPage, roomOfAddress } from './jitsi-meet.ts';
export { type LatchStore, latchStore } from './latch-store.ts';
export { findLibrary, type JitsiConference, type JitsiMeetLibrary } from './library.ts';
export { type Means, Meeting } from './meeting.ts';
export { type Obstacle, refusalOf } from './refusals.ts';
export { Routes } from './routes.ts';
export { hookDisplayMedia } from './sources.ts';
export { troubleOf } from './troubles.ts';
export { Watchdog } from './watchdog.ts';
export { WorkerLink } from './worker-link.ts';
