// The web server as a process: one JSON argument (WebSettings without a liar), one JSON line when it is known whether
// it could start. A test's own process stands still now and then, as it reads what browsers and the bridge noted; what
// people say to Prosody must not wait for that.
import { WebServer, type WebSettings } from './web-server.ts';

export type WebProcessSettings = Omit<WebSettings, 'liar'>;

/** `failed`: why it could not start, in words for the person who started the stack. */
export type WebProcessAnswer =
  | { ready: true; origin: string; socketOrigin: string }
  | { ready: true; failed: string };

const say = (answer: WebProcessAnswer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

async function main(argument: string | undefined): Promise<void> {
  if (argument === undefined)
    throw new Error('expected one JSON argument with the settings of the web server');
  const server = await WebServer.start({ ...(JSON.parse(argument) as WebProcessSettings), liar: null });
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void server.stop().finally(() => process.exit(0)));
  say({ ready: true, origin: server.origin, socketOrigin: server.socketOrigin });
}

main(process.argv[2]).catch((error: unknown) => {
  say({ ready: true, failed: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
});
