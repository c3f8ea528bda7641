import { Extension } from 'backlot';

/** Logs one line when the platform is ready. */
export class ReadyAnnouncer extends Extension {
  readonly name = 'ready-announcer';

  override onPlatformReady(): void {
    this.log.info('my extension is loaded and the platform is ready to roll');
  }
}
