import type { BacklotError } from '../api/errors';
import type { Platform } from '../runtime/platform';

/** Collects what goes wrong in one platform. */
export class Failures {
  readonly all: BacklotError[] = [];
  /** What came after {@link closing}, and is no request’s. */
  readonly whileClosing: BacklotError[] = [];
  #isClosing = false;
  #release = (): void => undefined;

  readonly add = (failure: BacklotError): void => {
    this.all.push(failure);
    if (this.#isClosing && failure.code !== 'BACKLOT_E_HANDLER_FAILED' && failure.code !== 'BACKLOT_E_LATE_ERROR') {
      this.whileClosing.push(failure);
    }
  };

  /**
   * Also notes what nothing caught, when it came from an extension of this platform. It only watches: what happens to
   * such an error is for the test runner to say.
   */
  watch(platform: Platform): void {
    const note = (thrown: unknown): void => {
      const extension = platform.attribution.ownerOf(thrown);
      if (extension !== undefined) {
        platform.extensions.reportEscaped(extension, thrown, 'an exception that nothing caught');
      }
    };
    process.on('uncaughtExceptionMonitor', note);
    this.#release = () => void process.off('uncaughtExceptionMonitor', note);
  }

  closing(): void {
    this.#isClosing = true;
  }

  release(): void {
    this.#release();
  }
}
