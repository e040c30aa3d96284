// The focus as a process: one JSON argument with its settings; prints {"ready":true,"port":…} once it can answer requests,
// the port being that of control.ts.
import { bridgeClient } from '../bridge/client.ts';
import { serveMoves } from './control.ts';
import { Focus, type FocusSettings } from './focus.ts';

const argument = process.argv[2];
if (!argument) throw new Error('expected one JSON argument with the settings of the focus');
const { bridgePorts, ...settings } = JSON.parse(argument) as FocusSettings & { bridgePorts: number[] };
const bridges = bridgePorts.map((port) => bridgeClient(port));
const bridgeOf = (index: number) => {
  const bridge = bridges[index];
  if (!bridge) throw new Error(`expected the number of a bridge below ${bridges.length}, came ${index}`);
  return bridge;
};

const focus = new Focus(settings, bridgeOf(0), (line) => console.error(line));
const port = await serveMoves(({ conference, bridge }) => focus.move(conference, bridgeOf(bridge)));
try {
  await focus.start();
} catch (error) {
  console.error(`could not log in: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
console.log(JSON.stringify({ ready: true, port }));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    focus.stop().finally(() => process.exit(0));
  });
}
