// How much of anything is taken from outside. docs/protocol.md §2.2.

export const LIMITS = {
  entries: 1024,
  entriesSent: 128,
  relayed: 256,
  olmBody: 8192,
  beacon: 4096,
  data: 32768,
  occupant: 128,
  bundle: 4096,
  plaintext: 6000,
  excludes: 64,
  floors: 16,
  heldPerOccupant: 8,
  heldOccupants: 64,
  heldMs: 10_000,
  heldCharacters: 1_048_576,
  occupants: 2048,
  sessionsPerIdentity: 256,
} as const;
