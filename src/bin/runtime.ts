import { AsyncLocalStorage } from 'node:async_hooks';
import type * as Runtime from '../runtime/main';
import { loadProgram } from './load-program';

// Node 24 makes it when it is first asked for. Where the bundle is the first to ask, V8 gives up time and again on optimizing
// the class behind it, and with it the whole chain of handlers: a request takes twice its time.
void AsyncLocalStorage;

loadProgram<typeof Runtime>('runtime').main();
