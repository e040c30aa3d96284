// The focus as a process: one JSON argument with its settings; prints {"ready":true} once it can answer requests.
import { bridgeClient } from '../bridge/client.ts';
import { Focus, type FocusSettings } from './focus.ts';

const argument = process.argv[2];
if (!argument) throw new Error('expected one JSON argument with the settings of the focus');
const { bridgePort, ...settings } = JSON.parse(argument) as FocusSettings & { bridgePort: number };

const focus = new Focus(settings, bridgeClient(bridgePort), (line) => console.error(line));
try {
  await focus.start();
} catch (error) {
  console.error(`could not log in: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
console.log(JSON.stringify({ ready: true }));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    focus.stop().finally(() => process.exit(0));
  });
}
