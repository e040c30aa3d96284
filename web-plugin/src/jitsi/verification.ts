// Who is behind the devices of one meeting: proofs that came, the emoji comparison, the meeting code. Brief D7, D10.

import {
  type ComparisonStep,
  type Core,
  meetingCode,
  type Standing,
  sayableName,
  type Trust,
} from '../keys/index.ts';
import type { Comparison, Device, MeetingCode, VerificationIntents } from '../ui/index.ts';
import { assertedBeside } from './asserted.ts';
import { CodeSnapshot } from './code-snapshot.ts';

/** Somebody whose channel is finished. */
interface Met {
  /** What it proved; null: nothing. */
  device: string | null;
  name: string | null;
  standing: Standing | null;
  /** Since when its standing is `changed`, in milliseconds since the epoch. */
  changedAt: number;
}

/** A comparison as it is shown; whoever sits in that place later changes nothing in it. */
interface Compared {
  occupant: string;
  identity: string | null;
  step: ComparisonStep;
  /** What it called itself when this user said that the emoji are the same; null: nothing. */
  heard: string | null;
  name: string;
  /** What it called itself when this was drawn last; null: nothing, undefined: nobody knew. */
  said: string | null | undefined;
}

export interface VerificationPorts {
  /** This participant and its own device, which may be here in another window too. */
  self: { id: string; device: string };
  core(): Core | null;
  name(occupant: string): string;
  compare(occupant: string): void;
  /** Channels with everybody who lacks one. */
  reach(): void;
  answer(accept: boolean): void;
  confirm(isSame: boolean): void;
  stop(): void;
  /** A verified name on another device; emoji or digits that differ. */
  onChangedDevice(occupant: string): void;
  onMismatch(name: string | null): void;
  onChanged(): void;
}

export class Verification {
  readonly #met = new Map<string, Met>();
  /**
   * What each calls itself in its last beacon, which counts for more than what it said in its channel: a message of that
   * may be older. Null: it gives itself no name.
   */
  readonly #named = new Map<string, string | null>();
  #comparison: Compared | null = null;
  #snapshot: CodeSnapshot | null = null;

  /** Ends it: nothing is told any more. */
  readonly end: () => void;

  constructor(
    private readonly trust: Trust,
    private readonly ports: VerificationPorts,
  ) {
    this.end = trust.listen(() => this.#trustChanged());
  }

  /** The channel to this occupant is finished; `device` is what it proved, `name` what it calls itself. */
  met(occupant: string, device: string | null, name: string | null): void {
    const known = this.#met.get(occupant);
    const named = this.#named.get(occupant);
    const said = named === undefined ? sayableName(name) : named;
    const standing = device === null ? null : this.trust.meet(device, said, Date.now());
    if (known?.device === device && known.standing?.kind === 'changed') {
      known.name = said;
      return;
    }
    const met: Met = { device, name: said, standing, changedAt: 0 };
    this.#met.set(occupant, met);
    if (standing?.kind === 'changed') this.#changed(occupant, met);
    this.#checkName(occupant, met);
  }

  /** Its beacon says what it calls itself now. Without a channel that is only shown: no device goes with it yet. */
  named(occupant: string, name: string): void {
    const said = sayableName(name);
    this.#named.set(occupant, said);
    const met = this.#met.get(occupant);
    if (!met || met.name === said) return;
    met.name = said;
    if (met.device !== null) this.trust.meet(met.device, said, Date.now());
    this.#checkName(occupant, met);
  }

  /** As the interface's `Person` has it: a name that the server gives proves nothing (S9). */
  assertedName(occupant: string): string | null {
    return assertedBeside(this.ports.name(occupant), occupant, this.#nameOf(occupant));
  }

  /** What it calls itself; null: nothing, undefined: nobody knows. */
  #nameOf(occupant: string): string | null | undefined {
    const named = this.#named.get(occupant);
    return named === undefined ? this.#met.get(occupant)?.name : named;
  }

  /** Whoever proved a device that somebody else here proved too, with those others: one person twice (S9). */
  sameDevices(): Map<string, string[]> {
    const { id, device } = this.ports.self;
    const byDevice = new Map([[device, [id]]]);
    for (const [occupant, met] of this.#met) {
      if (met.device !== null) byDevice.set(met.device, [...(byDevice.get(met.device) ?? []), occupant]);
    }
    const twice = [...byDevice.values()].filter(({ length }) => length > 1);
    return new Map(twice.flatMap((all) => all.map((one) => [one, all.filter((other) => other !== one)])));
  }

  /** Here or in another tab somebody may have been verified, or not any more; until then who is changed stays so. */
  #trustChanged(): void {
    for (const met of this.#met.values()) {
      if (met.device === null) continue;
      const standing = this.trust.standing(met.device, null);
      if (met.standing?.kind === 'changed' && !(standing.kind === 'verified' && standing.on > met.changedAt))
        continue;
      if (standing.kind === 'verified' || met.standing?.kind === 'verified') met.standing = standing;
    }
    this.namesChanged();
    this.ports.onChanged();
  }

  /** What the server shows as names may be new. */
  namesChanged(): void {
    for (const [occupant, met] of this.#met) this.#checkName(occupant, met);
  }

  /** A verified name counts for its device alone, whether somebody gives it to itself or the server shows it (S9). */
  #checkName(occupant: string, met: Met): void {
    const { device } = met;
    if (met.standing?.kind === 'changed') return;
    const names = [this.ports.name(occupant), ...(met.name === null ? [] : [met.name])];
    const isBorrowed = (name: string) =>
      device === null ? this.trust.isTaken(name, null) : this.trust.standing(device, name).kind === 'changed';
    if (names.some(isBorrowed)) this.#changed(occupant, met);
  }

  #changed(occupant: string, met: Met): void {
    met.standing = { kind: 'changed' };
    met.changedAt = Date.now();
    this.ports.onChangedDevice(occupant);
  }

  left(occupant: string): void {
    this.#met.delete(occupant);
    this.#named.delete(occupant);
  }

  showComparison(occupant: string, step: ComparisonStep): void {
    const identity = this.#identityOf(occupant);
    const before = this.#comparison;
    const isSame = before?.occupant === occupant && before.identity === identity;
    const heard = isSame ? before.heard : null;
    this.#comparison = { occupant, identity, step, heard, ...this.#namesOf(occupant) };
    if (step.step === 'mismatch') this.ports.onMismatch(this.ports.name(occupant));
  }

  /** The comparison with this occupant held. */
  compared(occupant: string, device: string): void {
    const heard = this.#comparison?.occupant === occupant ? this.#comparison.heard : null;
    this.#verified(device, heard);
  }

  /** `name`: what the person called itself when this user said who it is; what it says since is not vouched for. */
  #verified(device: string, name: string | null): void {
    const on = Date.now();
    this.trust.verify(device, name, on);
    for (const met of this.#met.values()) {
      if (met.device === device) met.standing = { kind: 'verified', on };
    }
    this.namesChanged();
  }

  device(occupant: string): Device | undefined {
    return this.#met.get(occupant)?.standing ?? undefined;
  }

  comparison(): Comparison | undefined {
    const compared = this.#comparison;
    if (!compared) return undefined;
    const { occupant, identity, step } = compared;
    const isHere = identity !== null && identity === this.#identityOf(occupant);
    if (isHere) Object.assign(compared, this.#namesOf(occupant));
    const { name, said } = compared;
    return { personId: occupant, name, asserted: assertedBeside(name, occupant, said), ...step };
  }

  code(): MeetingCode | undefined {
    const roster = this.ports.core()?.roster() ?? null;
    return this.#snapshot?.view(roster, {
      provesNothing: (occupant) => this.#met.get(occupant)?.device === null,
      said: (occupant) => this.#nameOf(occupant),
    });
  }

  #namesOf(occupant: string): Pick<Compared, 'name' | 'said'> {
    return { name: this.ports.name(occupant), said: this.#nameOf(occupant) };
  }

  #identityOf(occupant: string): string | null {
    return this.ports.core()?.identityOf(occupant) ?? null;
  }

  readonly intents: VerificationIntents = {
    compare: (occupant) => this.ports.compare(occupant),
    accept: () => this.ports.answer(true),
    decline: () => this.ports.answer(false),
    confirm: (isSame) => {
      if (this.#comparison) this.#comparison.heard = this.#comparison.said ?? null;
      this.ports.confirm(isSame);
    },
    close: () => {
      const isRunning =
        this.#comparison && !['match', 'mismatch', 'interrupted'].includes(this.#comparison.step.step);
      if (isRunning) this.ports.stop();
      this.#comparison = null;
      this.ports.onChanged();
    },
    openCode: () => void this.#openCode(),
    closeCode: () => {
      this.#snapshot = null;
      this.ports.onChanged();
    },
    heard: (occupant, isHeard) => this.#heard(occupant, isHeard),
    codeDiffers: () => {
      this.#snapshot = null;
      this.ports.onMismatch(null);
    },
  };

  /** A snapshot: later joins do not move the digits on the screen (rule M19). */
  async #openCode(): Promise<void> {
    const roster = this.ports.core()?.roster();
    if (!roster) return;
    const snapshot = new CodeSnapshot(roster, (occupant) => this.ports.name(occupant));
    this.#snapshot = snapshot;
    // Who has no channel yet proves its device in one, and can be ticked then.
    this.ports.reach();
    this.ports.onChanged();
    snapshot.digits = await meetingCode(roster.digest);
    this.ports.onChanged();
  }

  /** One person that this user heard read or confirm the code; it is the device that counts as verified. */
  #heard(occupant: string, isHeard: boolean): void {
    const heard = this.#snapshot?.heard(occupant, isHeard, this.ports.core()?.roster() ?? null);
    if (!heard) return;
    if (isHeard) this.#verified(heard.device, heard.name);
    else this.#unverified(heard.device);
    this.ports.onChanged();
  }

  #unverified(device: string): void {
    this.trust.unverify(device);
    for (const met of this.#met.values())
      if (met.device === device) met.standing = this.trust.standing(device, met.name);
  }
}
