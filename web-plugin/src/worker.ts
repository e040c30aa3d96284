// Entry point of the page's one worker: every encoded frame of every connection passes here.
import {
  portOf,
  readOptions,
  type ScriptTransformer,
  Switchboard,
  systemClock,
  type WorkerCommand,
  type WorkerReport,
} from './frames/index.ts';

/** As much of DedicatedWorkerGlobalScope as is used; TypeScript's DOM library describes pages. */
interface WorkerScope {
  postMessage(report: WorkerReport): void;
  onmessage: ((event: MessageEvent<WorkerCommand>) => void) | null;
  onrtctransform: ((event: Event & { transformer: ScriptTransformer }) => void) | null;
}

// WebCrypto makes an exception for every forged frame. Without the limit V8 does not walk the stack at all, and not even
// for nothing as with 0: the frame then costs less than a good one.
Reflect.deleteProperty(Error, 'stackTraceLimit');

const scope = globalThis as unknown as WorkerScope;
const switchboard = new Switchboard(systemClock, (report) => scope.postMessage(report));

let alarm: ReturnType<typeof setTimeout> | undefined;

scope.onmessage = ({ data }) => {
  if (data.type === 'wake') {
    clearTimeout(alarm);
    alarm = setTimeout(() => scope.postMessage({ type: 'woke' }), data.inMs);
  } else {
    switchboard.command(data);
  }
};

scope.onrtctransform = ({ transformer }) => {
  const options = readOptions(transformer.options);
  // Not ours, or a mistake: without a pump its frames go nowhere, which is the safe side (brief D5).
  if (options === null) console.error('Sealmeet worker: a transform came without valid options');
  else void switchboard.attach(options, portOf(transformer, options));
};

scope.postMessage({ type: 'ready' });
