const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const { Extension } = require('backlot');
const { name } = require('./package.json');

/** One of five: each has rules of its own, two request handlers, a response handler and a finalizer. */
module.exports = class Soak extends Extension {
  name = name;

  updateGatewayRoutes(router) {
    router.get(`/${name}/:id`, ({ params }) => ({ extension: name, id: params.id }));
    router.post(`/${name}/echo`, async ({ body }) => ({ bytes: (await body.buffer()).length }));
    // What is left after a collection of garbage is what is held.
    router.get(`/${name}/memory/held`, () => {
      setFlagsFromString('--expose-gc');
      const collectGarbage = runInNewContext('gc');
      collectGarbage();
      collectGarbage();
      return process.memoryUsage();
    });
  }

  updateRequestHandlers(handlers) {
    handlers.append((_chain, context) => (context.locals.began = performance.now()));
    handlers.append(async () => undefined);
  }

  updateResponseHandlers(handlers) {
    handlers.append((_chain, _context, response) => response.setHeader(`x-${name}`, '1'));
  }

  updateFinalizers(handlers) {
    handlers.append((_chain, context) => (context.locals.took = performance.now() - context.locals.began));
  }
};
