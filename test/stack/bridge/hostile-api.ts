// What the bridge can be told to do against its participants: attacks as types.

/** A source of a participant of the conference. */
export interface SourceRef {
  endpoint: string;
  source: string;
}

/** Whom an attack is aimed at: these endpoints, or every receiver. */
interface Aim {
  receivers?: string[];
}

export type Attack =
  /** `from`'s packets under `as`'s SSRC; what `as` really sends is dropped. */
  | ({ type: 'impersonate'; from: SourceRef; as: SourceRef } & Aim)
  /** Each of the two under the SSRC of the other. */
  | ({ type: 'exchange'; first: SourceRef; second: SourceRef } & Aim)
  /** Keep a copy of what passes (bounded), to be replayed later under the name of this attack. */
  | { type: 'capture'; source: SourceRef }
  /** Keep back what the source sends, with no gap for a receiver to see; `stop` with `play` sends it after all. */
  | ({ type: 'withhold'; source: SourceRef } & Aim)
  /** Send again what `capture` (id of a capture or a withhold) holds, as `as` (absent: as its own source). */
  | ({
      type: 'replay';
      capture: number;
      as?: SourceRef;
      /** true: genuine packets of `as` are dropped meanwhile. */
      instead?: boolean;
      /** true: sequence numbers and timestamps as captured (a plain RTP replay), not continued. */
      verbatim?: boolean;
      /** Times the captured pace; absent: 1. */
      speed?: number;
    } & Aim)
  /** Every `every`th frame: one bit flipped, the last bytes cut off, or bytes appended. */
  | ({ type: 'damage'; source: SourceRef; how: 'flip' | 'cut' | 'lengthen'; every?: number } & Aim)
  /** Frames given in base64, one after the other and round again, in place of the source's own or between them. */
  | ({
      type: 'inject';
      source: SourceRef;
      frames: string[];
      /** Absent: in place of genuine frames. Else frames a second between genuine ones, at most 1,000. */
      rate?: number;
      /** At most 60. */
      seconds: number;
    } & Aim)
  /** Random frames of `size` bytes between genuine ones, at most 1,000 a second and 60 s. */
  | ({ type: 'garbage'; source: SourceRef; rate: number; size: number; seconds: number } & Aim)
  /** Each packet lost on its way with this probability (0 to 1), by a seeded generator; sent again if asked for. */
  | ({ type: 'drop'; source: SourceRef; fraction: number; seed?: number } & Aim)
  /** Groups of `depth` packets (2 to 50) sent in reverse order. */
  | ({ type: 'reorder'; source: SourceRef; depth: number } & Aim);

export type HostileParams =
  | { conference: string; attack: Attack }
  /** Ends one attack. `play`: of a withhold, send what was kept back, now. */
  | { conference: string; stop: number; play?: boolean }
  | { conference: string; stop: 'all' }
  | { conference: string; list: true };

export interface AttackStatus {
  id: number;
  type: Attack['type'];
  /** An attack bounded in time or by its material ends by itself. */
  running: boolean;
  /** Packets dropped or kept back, changed, and sent in addition. */
  dropped: number;
  changed: number;
  sent: number;
  /** Packets held (capture, withhold). */
  held: number;
}

export interface HostileResult {
  attacks: AttackStatus[];
  /** Of the attack just begun or stopped. */
  id?: number;
}
