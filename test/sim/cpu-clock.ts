// CPU time of the cores of a simulation, apart from that of the simulation itself.

/** The part of the process' CPU time that went by inside the cores, by the clock; whatever else the machine does. */
export class CpuClock {
  private readonly coreMs: () => number;
  private begin = { cpu: process.cpuUsage(), at: 0, coreMs: 0 };

  /** `coreMs`: time that went by in all cores so far, milliseconds. */
  constructor(coreMs: () => number) {
    this.coreMs = coreMs;
  }

  start(): void {
    this.begin = { cpu: process.cpuUsage(), at: performance.now(), coreMs: this.coreMs() };
  }

  /** Milliseconds since the start. `idleMs`: time in which the process had nothing to do. */
  stop(idleMs = 0): number {
    const { user, system } = process.cpuUsage(this.begin.cpu);
    const busy = performance.now() - this.begin.at - idleMs;
    return ((user + system) / 1000) * ((this.coreMs() - this.begin.coreMs) / busy);
  }
}
