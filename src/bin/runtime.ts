import type * as Runtime from '../runtime/main';
import { loadProgram } from './load-program';

loadProgram<typeof Runtime>('runtime').main();
