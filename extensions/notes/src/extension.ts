import { ContainerExtension } from 'backlot';

/** What every connection of the line protocol begins with. */
const GREETING = Buffer.from('NOTES ');

/** A server in a container: its image is built from a folder of the package, and its notes outlive it on a volume. */
export class Notes extends ContainerExtension {
  readonly name = 'notes';

  readonly container = {
    build: './server',
    ports: { http: 8080, lines: 8081 },
    volumes: { notes: '/data' },
    healthy: { http: '/health' },
  };

  /** `curl notes.localhost:4566/hello -T -` */
  override readonly routes = [{ host: 'notes.localhost', to: 'http' }];

  /** `echo NOTES GET hello | nc localhost 4566` */
  override readonly protocols = [{ to: 'lines', detect: startsWithGreeting }];
}

/** Undefined as long as there are too few bytes to tell. */
function startsWithGreeting(bytes: Buffer): boolean | undefined {
  const length = Math.min(bytes.length, GREETING.length);
  if (!bytes.subarray(0, length).equals(GREETING.subarray(0, length))) return false;
  return length === GREETING.length || undefined;
}
