// The room's announcement by the Prosody module: policy, not secrecy. No key and no gate is opened by it.

/** `room` of an announcement (docs/protocol.md, "The room's announcement"). */
export interface RoomState {
  policy: 'off' | 'optional' | 'required';
  sealed: boolean;
  /** Occupant who sealed; null when it was the host's policy. */
  by: string | null;
  /** Occupant who ended the seal; null when the server knows of no seal that was ended. */
  unsealedBy: string | null;
  epoch: number;
  /** The round in which everybody is asked whether the seal may end: while it is open, and once when it ends. */
  consent: RoundState | null;
}

export interface RoundState {
  id: string;
  /** Occupant who asks. */
  by: string;
  /** Milliseconds since the epoch, by the server's clock. */
  until: number;
  state: 'open' | 'agreed' | 'refused' | 'expired' | 'withdrawn';
  agreed: number;
  asked: number;
}

const POLICIES = new Set(['off', 'optional', 'required']);
const ROUND_STATES = new Set(['open', 'agreed', 'refused', 'expired', 'withdrawn']);
const MOST_ASKED = 100_000;

/** Null when the message is not an announcement of the shape that this version knows. */
export function readRoomState(payload: unknown): RoomState | null {
  const room = (payload as { v?: unknown; room?: Record<string, unknown> } | null)?.room;
  if (!room || typeof room !== 'object' || (payload as { v?: unknown }).v !== 1) return null;
  const { policy, sealed, by, unsealedBy, epoch, consent } = room;
  if (typeof policy !== 'string' || !POLICIES.has(policy) || typeof sealed !== 'boolean') return null;
  if (typeof epoch !== 'number' || !Number.isSafeInteger(epoch) || epoch < 0) return null;
  return {
    policy: policy as RoomState['policy'],
    sealed,
    by: occupantId(by),
    unsealedBy: occupantId(unsealedBy),
    epoch,
    consent: readRound(consent),
  };
}

function readRound(consent: unknown): RoundState | null {
  if (typeof consent !== 'object' || consent === null) return null;
  const { id, by, until, state, agreed, asked } = consent as Record<string, unknown>;
  const [round, occupant] = [occupantId(id), occupantId(by)];
  if (!round || !occupant || typeof state !== 'string' || !ROUND_STATES.has(state)) return null;
  if (!isCount(agreed) || !isCount(asked) || typeof until !== 'number' || !Number.isFinite(until * 1000))
    return null;
  return {
    id: round,
    by: occupant,
    until: until * 1000,
    state: state as RoundState['state'],
    agreed,
    asked,
  };
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MOST_ASKED;

/** The same from the answer to `<state/>`, whose attributes carry it. */
export function readStateAnswer(answer: Element): RoomState | null {
  const state = answer.getElementsByTagName('state')[0];
  if (!state) return null;
  return readRoomState({
    v: 1,
    room: {
      policy: state.getAttribute('policy'),
      sealed: state.getAttribute('sealed') === 'true',
      by: state.getAttribute('by'),
      unsealedBy: state.getAttribute('unsealed-by'),
      epoch: Number(state.getAttribute('epoch') ?? Number.NaN),
    },
  });
}

/** An id that the server made: of an occupant, or of a round. */
function occupantId(value: unknown): string | null {
  return typeof value === 'string' && value.length > 0 && value.length <= 128 ? value : null;
}
