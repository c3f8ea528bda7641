import net from 'node:net';
import { httpGet } from '../../engine/engine-http';
import { GATEWAY_PORT } from '../settings';
import { type Check, failed, type Finding, ok, type Patient, warning } from './check';
import { processAtPort } from './process-at-port';

/** How long whoever has the port may take to answer, in milliseconds. */
const ANSWER_LIMIT_MS = 1_500;

/** The port of the gateway is free, or ours. */
export const port: Check = {
  name: `port ${GATEWAY_PORT}`,
  async run(patient) {
    const ours = await ownPort(patient);
    if (ours !== undefined) return judgeOurs(ours);
    if (await canListen(GATEWAY_PORT)) return ok('free');
    const owner = await ownerOf(patient);
    return failed(`taken by ${owner}`, `Stop that, or take another port: backlot start --port 0`);
  },
};

/** Who serves the port, when it is one of ours. */
interface OwnPort {
  readonly who: string;
  readonly port: number;
  readonly log: string;
}

async function ownPort({ container, name, urlOnHost }: Patient): Promise<OwnPort | undefined> {
  if (urlOnHost !== undefined) {
    const onHost = { who: 'Backlot as a process of this machine', port: Number(new URL(urlOnHost).port) };
    return { ...onHost, log: 'Look at what it says on its terminal.' };
  }
  const details = await container.catch(() => undefined);
  const published = details?.running ? details.ports[GATEWAY_PORT] : undefined;
  return published === undefined ? undefined : { who: name, port: published, log: `backlot logs --name ${name}` };
}

async function judgeOurs({ who, port: number, log }: OwnPort): Promise<Finding> {
  const at = number === GATEWAY_PORT ? '' : ` (as ${number})`;
  const status = await statusOf('/_backlot/health', number);
  if (status === 200) return ok(`${who} has it${at}, and answers`);
  return warning(
    `${who} has it${at}, and does not answer${status === undefined ? '' : ` as it should (${status})`}`,
    log,
  );
}

async function statusOf(path: string, number: number): Promise<number | undefined> {
  const gateway = { kind: 'tcp', host: '127.0.0.1', port: number } as const;
  return httpGet(gateway, path, ANSWER_LIMIT_MS).then(
    ({ status }) => status,
    () => undefined,
  );
}

/** Whether the port can be published at 127.0.0.1. */
function canListen(number: number): Promise<boolean> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(number, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Who has the port, as well as that can be told. */
async function ownerOf({ engine }: Patient): Promise<string> {
  const [containers, process, ours, localstack] = await Promise.all([
    engine.then((found) => found.containersAtPort(GATEWAY_PORT)).catch(() => []),
    processAtPort(GATEWAY_PORT),
    statusOf('/_backlot/health', GATEWAY_PORT),
    statusOf('/_localstack/health', GATEWAY_PORT),
  ]);
  const what = ours === 200 ? ', a Backlot' : localstack === 200 ? ', a LocalStack' : '';
  if (containers.length > 0) return `the container ${containers.join(', ')}${what}`;
  return `${process ?? 'another process'}${what}`;
}
