/**
 * A gateway of the built package with an echo route, in a process of its own: says its port, and, when it is asked, the
 * most memory that it has had since, and what it had before.
 */
const { setInterval } = require('node:timers');
const winston = require('winston');
const { Gateway } = require('../../dist/gateway/gateway.js');

const gateway = new Gateway({ log: winston.createLogger({ silent: true }) });
const { router } = gateway.forOwner({ name: 'echo', bind: (run) => run, assertOpen: () => undefined });
router.post('/echo', ({ body }) => body.stream());

let before = 0;
let peak = 0;
setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10).unref();

process.on('message', (message) => {
  if (message === 'begin') before = peak = process.memoryUsage.rss();
  process.send({ before, peak });
});
process.once('disconnect', () => process.exit());
gateway.listen([{ host: '127.0.0.1', port: 0 }]).then(([{ port }]) => process.send({ port }));
