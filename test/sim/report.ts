// What the simulations' commands share: writing their lines, in order.

export const kinds = ['leave', 'join'] as const;

/** One line on stdout: JSON, or names and values for people. */
export function report(line: Record<string, unknown>, json: boolean): void {
  const plain = () =>
    Object.entries(line)
      .map(([name, value]) => `${name} ${value}`)
      .join('  ');
  process.stdout.write(`${json ? JSON.stringify(line) : plain()}\n`);
}

export interface Done {
  text: string;
  code: number;
}

/** Works on at most so many items at once; writes what each gave in the order of the items, and returns the codes. */
export async function inOrder<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<Done>,
): Promise<number[]> {
  const done: Done[] = [];
  let [next, written] = [0, 0];
  const line = async (): Promise<void> => {
    for (let item = items[next]; item !== undefined; item = items[next]) {
      const place = next;
      next += 1;
      done[place] = await work(item);
      for (let ready = done[written]; ready !== undefined; ready = done[written]) {
        process.stdout.write(ready.text);
        written += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, line));
  return done.map(({ code }) => code);
}
