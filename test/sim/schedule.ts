// What happens when, in virtual time: a binary heap; at one time the first scheduled comes first.

interface Entry {
  at: number;
  order: number;
  run: () => void;
}

export class Schedule {
  private readonly heap: Entry[] = [];
  private order = 0;

  at(time: number, run: () => void): void {
    this.order += 1;
    const entry = { at: time, order: this.order, run };
    let place = this.heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      this.heap[place] = above;
      place = parent;
    }
    this.heap[place] = entry;
  }

  /** Takes the first entry out, if it comes no later than `end`. */
  next(end: number): Entry | null {
    const [first] = this.heap;
    if (first === undefined || first.at > end) return null;
    const last = this.heap.pop();
    if (last !== undefined && last !== first) this.sink(last);
    return first;
  }

  private sink(entry: Entry): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const [left, right] = [this.heap[child], this.heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) child += 1;
      const below = this.heap[child];
      if (below === undefined || isBefore(entry, below)) break;
      this.heap[place] = below;
      place = child;
    }
    this.heap[place] = entry;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
