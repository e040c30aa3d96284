// Docker, Compose and the images, before the tests: what is missing is said in one line, not by each test.
import { startEngine } from './engine.ts';

try {
  const engine = await startEngine();
  await engine.stop();
} catch (error) {
  process.stderr.write(`test-compose: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
