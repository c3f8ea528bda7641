const { Extension } = require('backlot');

/** Twenty routes with a parameter; with "chain": true also 10 request handlers, 8 response handlers, 2 finalizers. */
module.exports = class Bench extends Extension {
  name = 'bench';

  updateGatewayRoutes(router) {
    for (let n = 0; n < 20; n++) router.get(`/r${n}/:id`, ({ params }) => ({ extension: 'bench', id: params.id }));
  }

  updateRequestHandlers(handlers) {
    this.addTo(handlers, 10);
  }

  updateResponseHandlers(handlers) {
    this.addTo(handlers, 8);
  }

  updateFinalizers(handlers) {
    this.addTo(handlers, 2);
  }

  addTo(handlers, count) {
    if (!this.config.chain) return;
    for (let n = 0; n < count; n++) handlers.append((_chain, context) => (context.locals.seen = n));
  }
};
