/** The stack of the main thread, taken from another thread through the inspector; no port is opened for it. */
import { Session, type Debugger, type Runtime } from 'node:inspector';
import { fileURLToPath } from 'node:url';

/** One call on the stack. Lines and columns start at 1. */
export interface Frame {
  readonly name: string;
  /** The path of a file, or `node:…` for a module of Node’s own. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What the main thread says of itself when it is halted. */
export interface MainState {
  /** The extension that its code runs for. */
  readonly extension?: string;
  readonly isDebugged: boolean;
}

export interface TakenStack {
  /** The innermost call first. */
  readonly frames: readonly Frame[];
  /** What the expression gave; undefined when it could not be evaluated there. */
  readonly state: MainState | undefined;
}

/**
 * Halts the main thread, takes its stack, has it evaluate an expression for its state, and lets it go on. Gives undefined when it could not be
 * halted in time, as while it waits in a system call, or when `isStill` says that it has gone on meanwhile.
 */
export function takeStack(expression: string, limit: number, isStill: () => boolean): Promise<TakenStack | undefined> {
  const session = new Session();
  // Scripts are named by numbers in a stack.
  const scripts = new Map<string, string>();
  return new Promise((resolve) => {
    const finish = (taken: TakenStack | undefined): void => {
      clearTimeout(timer);
      // The main thread goes on by itself when nobody debugs it any more.
      session.disconnect();
      resolve(taken);
    };
    const timer = setTimeout(() => finish(undefined), limit);
    session.connectToMainThread();
    session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params.url));
    session.once('Debugger.paused', ({ params }) => {
      if (!isStill()) return finish(undefined);
      const frames = params.callFrames.map((frame) => frameOf(frame, scripts));
      session.post('Runtime.evaluate', { expression, returnByValue: true, silent: true }, (_error, given) =>
        finish({ frames, state: stateIn(given) }),
      );
    });
    session.post('Debugger.enable');
    session.post('Debugger.pause');
  });
}

/** `    at name (file:line:column)` for each call, as in the stack of an error. */
export function formatFrames(frames: readonly Frame[]): string {
  return frames.map(({ name, ...place }) => `    at ${name || '<anonymous>'} (${formatPlace(place)})`).join('\n');
}

function formatPlace({ file, line, column }: Omit<Frame, 'name'>): string {
  return `${file}:${line}:${column}`;
}

function frameOf(frame: Debugger.CallFrame, scripts: ReadonlyMap<string, string>): Frame {
  const { scriptId, lineNumber, columnNumber = 0 } = frame.location;
  const url = frame.url || (scripts.get(scriptId) ?? '');
  return {
    name: frame.functionName,
    file: url.startsWith('file:') ? fileURLToPath(url) : url,
    line: lineNumber + 1,
    column: columnNumber + 1,
  };
}

/** Node leaves the result out, against its types, when the evaluation failed. */
function stateIn(given: Partial<Runtime.EvaluateReturnType> | undefined): MainState | undefined {
  return given?.exceptionDetails === undefined ? (given?.result?.value as MainState) : undefined;
}
