// Starts a stack, says where it is, and stays: for the tests that end such a process from outside.
import { startStack } from '../../stack/stack.ts';

const stack = await startStack();
console.log(JSON.stringify({ directory: stack.directory, c2sPort: stack.xmpp.c2sPort }));
