// A guard in front of a method of lib-jitsi-meet's objects, which the page cannot take away again.

export type Native = (...args: unknown[]) => unknown;

/** `judge` decides what a call does; `native` is what it did before. A method that this version lacks stays missing. */
export function guard(
  target: object,
  name: string,
  judge: (args: unknown[], native: Native) => unknown,
): void {
  const method = (target as Record<string, unknown>)[name];
  if (typeof method !== 'function') return;
  const native: Native = (...args) => Reflect.apply(method, target, args);
  Object.defineProperty(target, name, {
    configurable: false,
    value: (...args: unknown[]) => judge(args, native),
  });
}

/** What can be called on it: its own methods and those of its class. */
export function methodsOf(target: object): string[] {
  const names = new Set<string>();
  for (let at: object = target; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at))
      if (name !== 'constructor' && typeof (target as Record<string, unknown>)[name] === 'function')
        names.add(name);
  return [...names];
}
