// `make demo`: a sealed call of real browsers on this machine, told line by line.
//
// Exit 0: everything held (or the person ended it with Ctrl-C); 1: something did not, named on stderr; 2: could not run.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Stack, startStack } from '../stack/stack.ts';
import { shortcomings } from './report.ts';
import { Demo } from './script.ts';

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    report: { type: 'string' },
    picture: { type: 'string' },
    port: { type: 'string' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
  },
});

const say = (line: string) => process.stdout.write(`${new Date().toISOString().slice(11, 23)}  ${line}\n`);

async function main(): Promise<number> {
  const { once, report: file, port, 'tls-cert': cert, 'tls-key': key } = values;
  let stack: Stack | undefined;
  let demo: Demo | undefined;
  try {
    stack = await startStack({
      videoCodecs: ['AV1'],
      plugin: true,
      module: true,
      ...(port ? { port: Number(port) } : {}),
      ...(cert && key ? { tls: { cert, key } } : {}),
    });
    say('Prosody, focus, bridge and web server are up');
    demo = new Demo(stack, say, values.picture);
    const report = await demo.run();
    if (file) writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
    const wrong = shortcomings(report);
    for (const words of wrong) process.stderr.write(`demo: ${words}\n`);
    say(wrong.length === 0 ? 'everything held' : `${wrong.length} thing(s) did not hold`);
    if (!once) {
      say(`join the same room with your own browser: ${stack.url}/demo  (Ctrl-C ends the demo)`);
      await new Promise<void>((resolve) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      });
    }
    return wrong.length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : error}\n`);
    return 2;
  } finally {
    await demo?.close();
    await stack?.stop();
  }
}

process.exit(await main());
