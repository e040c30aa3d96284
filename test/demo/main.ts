// `make demo`: a sealed call of real browsers on this machine, told line by line.
//
// Exit 0: everything held (or the person ended it with Ctrl-C); 1: something did not, named on stderr; 2: could not run.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Stack, startStack } from '../stack/stack.ts';
import { shortcomings } from './report.ts';
import { Demo } from './script.ts';

function readOptions() {
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
  const { port, 'tls-cert': cert, 'tls-key': key } = values;
  if (port !== undefined && !/^[1-9]\d{0,4}$/.test(port))
    throw new Error(`PORT: expected a number up to 65535, got ${port}`);
  if ((cert === undefined) !== (key === undefined))
    throw new Error('TLS_CERT and TLS_KEY go together: one of them is missing');
  return {
    ...values,
    port: port === undefined ? undefined : Number(port),
    tls: cert && key ? { cert, key } : undefined,
  };
}

const say = (line: string) => process.stdout.write(`${new Date().toISOString().slice(11, 23)}  ${line}\n`);

async function main(): Promise<number> {
  let stack: Stack | undefined;
  let demo: Demo | undefined;
  try {
    const { once, report: file, picture, port, tls } = readOptions();
    stack = await startStack({
      videoCodecs: ['AV1'],
      plugin: true,
      module: true,
      ...(port === undefined ? {} : { port }),
      ...(tls ? { tls } : {}),
    });
    say('Prosody, focus, bridge and web server are up');
    demo = new Demo(stack, say, picture);
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
