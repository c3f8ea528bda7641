#!/usr/bin/env node
import { forkRuntime } from '../runtime/fork-runtime';
import type * as Init from '../runtime/init';
import { loadProgram } from './load-program';

// Before anything else is loaded, so that both processes load at the same time.
const runtime = forkRuntime();
loadProgram<typeof Init>('init').main(runtime);
