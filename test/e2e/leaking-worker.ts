// The plugin's worker with one source left unhooked: the camera leaves as the encoder made it. Only for the test that
// shows that the checks at the bridge would see that.
import {
  portOf,
  readOptions,
  type ScriptTransformer,
  Switchboard,
  systemClock,
  type WorkerCommand,
} from '../../web-plugin/src/frames/index.ts';

const scope = globalThis as unknown as {
  postMessage(report: object): void;
  onmessage: ((event: MessageEvent<WorkerCommand>) => void) | null;
  onrtctransform: ((event: Event & { transformer: ScriptTransformer }) => void) | null;
};
const switchboard = new Switchboard(systemClock, (report) => scope.postMessage(report));

scope.onmessage = ({ data }) => {
  if (data.type === 'wake') setTimeout(() => scope.postMessage({ type: 'woke' }), data.inMs);
  else switchboard.command(data);
};

scope.onrtctransform = ({ transformer }) => {
  const options = readOptions(transformer.options);
  if (options?.direction === 'send' && options.media === 'video') {
    void transformer.readable.pipeTo(transformer.writable);
  } else if (options) {
    void switchboard.attach(options, portOf(transformer, options));
  }
};

scope.postMessage({ type: 'ready' });
