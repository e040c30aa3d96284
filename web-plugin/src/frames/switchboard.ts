// The worker's one state: gate, keys, routes and transforms, moved by the page's commands (commands.ts).
import type { Clock } from './clock.ts';
import type {
  Gate,
  Identity,
  SourceState,
  TransformOptions,
  WorkerCommand,
  WorkerReport,
} from './commands.ts';
import { MissingKeys } from './receive/missing.ts';
import { Sender } from './receive/sender.ts';
import { Sealer } from './send/sealer.ts';
import { fits } from './sourcekey.ts';
import type { Route } from './transforms/arrival.ts';
import type { FramePort } from './transforms/encoded.ts';
import { Incoming } from './transforms/incoming.ts';
import { Outgoing } from './transforms/outgoing.ts';
import { pump } from './transforms/pump.ts';
import { Tally } from './transforms/tally.ts';

/** Keys past their time are erased at least this often, with or without frames. */
const SWEEP_MS = 1000;

interface Attached {
  transform: Outgoing | Incoming;
  port: FramePort;
}

export class Switchboard {
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly senders = new Map<Identity, Sender>();
  readonly #post: (report: WorkerReport) => void;
  readonly #attached = new Map<number, Attached>();
  /** Routes that came before their transform; small, and gone with `detach`. */
  readonly #routes = new Map<number, Extract<WorkerCommand, { type: 'send-route' | 'receive-route' }>>();
  readonly #missing = new Map<Identity, MissingKeys>();
  #gate: Gate = 'drop';
  #sealedUnder: { generation: number; step: number } | null = null;
  /** The generation under which a key frame was last asked for. */
  #refreshedUnder = 0;
  #cancelSweep: (() => void) | null = null;
  /** This worker stands in the place of one that failed. */
  #isSuccessor = false;

  constructor(clock: Clock, post: (report: WorkerReport) => void) {
    this.clock = clock;
    this.#post = post;
    this.sealer = new Sealer(clock);
  }

  get gate(): Gate {
    return this.#gate;
  }

  /** Resolves when the transform's streams have ended. */
  async attach(options: TransformOptions, port: FramePort): Promise<void> {
    const id = options.transform;
    const transform = this.#create(options, port);
    this.#attached.get(id)?.transform.close();
    this.#attached.set(id, { transform, port });
    const route = this.#routes.get(id);
    if (route !== undefined) this.command(route);
    this.#post({ type: 'attached', transform: id });
    // It stands in the place of another: those at the other end have missed frames.
    if (this.#isSuccessor && options.direction === 'send') port.requestKeyFrame();
    await pump(port, transform);
    if (this.#attached.get(id)?.transform === transform) this.#attached.delete(id);
    transform.close();
  }

  command(command: WorkerCommand): void {
    switch (command.type) {
      case 'gate':
        this.#setGate(command.gate);
        break;
      case 'send-route':
      case 'receive-route':
        this.#setRoute(command);
        break;
      case 'use-key':
        this.#useKey(command);
        break;
      case 'expire-sending':
        this.sealer.expire(command.generation, command.inMs);
        break;
      case 'stop-sending':
        this.sealer.stop();
        break;
      case 'accept-key':
        this.#acceptKey(command);
        break;
      case 'retire':
        this.senders
          .get(command.owner)
          ?.retire(command.generations, this.clock.now() + Math.max(0, command.inMs));
        break;
      case 'source-states':
        this.#setSources(command.owner, command.sources);
        break;
      case 'forget':
        this.#forget(command.owner);
        break;
      case 'reset':
        this.#reset();
        break;
      case 'detach':
        this.#detach(command.transform);
        break;
      case 'attach':
        void this.attach(command.options, { ...command, requestKeyFrame: () => {} });
        break;
      case 'continue':
        this.#isSuccessor = true;
        this.sealer.continueFrom(command.next);
        break;
      case 'counters':
        this.#post({ type: 'counters', id: command.id, next: this.sealer.nextCounters });
        break;
      case 'ping':
        this.#post({ type: 'pong', id: command.id });
        break;
      case 'statistics': {
        const transforms = [...this.#attached.values()].map(({ transform }) => transform.tally.statistics);
        this.#post({ type: 'statistics', id: command.id, transforms });
      }
    }
  }

  // What transforms tell (Sending, Receiving).

  sealedUnder(generation: number, step: number): void {
    const last = this.#sealedUnder;
    if (last?.generation === generation && last.step === step) return;
    this.#sealedUnder = { generation, step };
    this.#post({ type: 'sealing', generation, step });
  }

  opened(transform: number, { owner, source }: Route, generation: number, step: number): void {
    this.#post({ type: 'opened', transform, owner, source, generation, step });
  }

  waiting(owner: Identity, generation: number): void {
    let missing = this.#missing.get(owner);
    if (missing === undefined) {
      missing = new MissingKeys();
      this.#missing.set(owner, missing);
    }
    if (missing.note(generation, this.clock.now())) this.#post({ type: 'missing-key', owner, generation });
  }

  swapped(transform: number, { owner, source }: Route, seen: Identity): void {
    this.#post({ type: 'swapped', transform, expected: owner, seen, source });
  }

  late(transform: number, { owner, source }: Route, byMs: number): void {
    this.#post({ type: 'late', transform, owner, source, byMs });
  }

  #create(options: TransformOptions, port: FramePort): Outgoing | Incoming {
    const { transform } = options;
    const tally = new Tally(options, this.clock, (reasons, passed) =>
      this.#post({ type: 'dropped', transform, owner: this.#ownerOf(transform), reasons, passed }),
    );
    if (options.direction === 'send') return new Outgoing(options, tally, this);
    return new Incoming(options, tally, this, () => port.requestKeyFrame());
  }

  #ownerOf(transform: number): Identity | null {
    const route = this.#routes.get(transform);
    return route?.type === 'receive-route' ? route.owner : null;
  }

  #setGate(gate: Gate): void {
    const before = this.#gate;
    this.#gate = gate;
    if (before === gate) return;
    if (gate === 'drop') for (const incoming of this.#incoming()) incoming.flush();
    // Who could not follow until now needs a place to start.
    else this.#refreshSent();
  }

  #setRoute(route: Extract<WorkerCommand, { type: 'send-route' | 'receive-route' }>): void {
    this.#routes.set(route.transform, route);
    const transform = this.#attached.get(route.transform)?.transform;
    if (transform === undefined) return;
    const { source } = route;
    const usable = source !== null && fits(source, transform.options.media) ? source : null;
    if (route.type === 'send-route' && transform.direction === 'send') {
      transform.route(usable);
    } else if (route.type === 'receive-route' && transform.direction === 'receive') {
      transform.route(
        route.owner !== null && usable !== null ? { owner: route.owner, source: usable } : null,
      );
    }
  }

  #useKey(command: Extract<WorkerCommand, { type: 'use-key' }>): void {
    const refusal = this.sealer.useKey(command);
    if (refusal !== null) console.warn(`Sealmeet worker: sending key refused: ${refusal}`);
    else if (command.inMs <= 0) this.#keyInUse();
    // The sealer looks at the clock by itself; this is for what no frame may bring about.
    else this.clock.after(command.inMs, () => this.#keyInUse());
  }

  /** A fresh generation gives those who cannot open the frames before it a place to start. */
  #keyInUse(): void {
    const { generation } = this.sealer;
    if (generation === 0 || generation === this.#refreshedUnder) return;
    this.#refreshedUnder = generation;
    this.#refreshSent();
  }

  #acceptKey(command: Extract<WorkerCommand, { type: 'accept-key' }>): void {
    const { owner } = command;
    const refusal = this.#sender(owner).accept(command, this.clock.now());
    if (refusal !== null) {
      console.warn(`Sealmeet worker: key of ${owner.slice(0, 8)}… refused: ${refusal}`);
      return;
    }
    for (const incoming of this.#incoming()) incoming.heardFrom(owner);
    this.#scheduleSweep();
  }

  #setSources(owner: Identity, sources: readonly SourceState[]): void {
    this.#sender(owner).setSources(sources, this.clock.now());
    for (const incoming of this.#incoming()) incoming.heardFrom(owner);
  }

  #sender(owner: Identity): Sender {
    let sender = this.senders.get(owner);
    if (sender === undefined) {
      sender = new Sender();
      this.senders.set(owner, sender);
    }
    return sender;
  }

  #forget(owner: Identity): void {
    this.senders.get(owner)?.erase();
    this.senders.delete(owner);
    this.#missing.delete(owner);
  }

  #reset(): void {
    this.#setGate('drop');
    this.sealer.reset();
    this.#sealedUnder = null;
    this.#refreshedUnder = 0;
    for (const owner of [...this.senders.keys()]) this.#forget(owner);
    this.#missing.clear();
  }

  #detach(id: number): void {
    const attached = this.#attached.get(id);
    this.#attached.delete(id);
    this.#routes.delete(id);
    if (attached === undefined) return;
    attached.transform.route(null);
    attached.transform.close();
  }

  #refreshSent(): void {
    for (const { transform, port } of this.#attached.values()) {
      if (transform.direction === 'send') port.requestKeyFrame();
    }
  }

  *#incoming(): Iterable<Incoming> {
    for (const { transform } of this.#attached.values())
      if (transform.direction === 'receive') yield transform;
  }

  #scheduleSweep(): void {
    if (this.#cancelSweep !== null || this.senders.size === 0) return;
    this.#cancelSweep = this.clock.after(SWEEP_MS, () => {
      this.#cancelSweep = null;
      for (const sender of this.senders.values()) sender.sweep(this.clock.now());
      this.#scheduleSweep();
    });
  }
}
