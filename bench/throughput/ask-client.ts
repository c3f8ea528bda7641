import type { ChildProcess } from 'node:child_process';

/** Gives an order to the process of a client, and waits for what it found. Throws what went wrong there. */
export function askClient<Order extends object, Result>(client: ChildProcess, order: Order): Promise<Result> {
  return new Promise((done, fail) => {
    const ended = (): void => fail(new Error('the process of the client has ended'));
    client.once('exit', ended);
    client.once('message', (message: { result?: Result; error?: string }) => {
      client.off('exit', ended);
      if (message.result) done(message.result);
      else fail(new Error(message.error));
    });
    client.send(order);
  });
}
