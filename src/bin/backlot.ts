#!/usr/bin/env node
import type * as Cli from '../cli/main';
import { loadProgram } from './load-program';

loadProgram<typeof Cli>('backlot').main();
