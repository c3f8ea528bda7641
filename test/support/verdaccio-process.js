/**
 * The process of a Verdaccio: its configuration is the one argument, as JSON; it sends its port when it listens, and
 * ends with the process that started it. A process of its own, because jest would load Verdaccio anew, slowly, for each
 * test file.
 */
const { runServer } = require('verdaccio');

process.on('disconnect', () => process.exit(0));

void runServer(JSON.parse(process.argv[2])).then((server) => {
  // A client's kept connections are worth more than a tidy log: many packages are fetched one after the other.
  server.keepAliveTimeout = 5_000;
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
