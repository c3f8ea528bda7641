const { Extension } = require('backlot');

/** Rules on some hosts and a part of the chain, as the configuration says. The bench uses several copies of it at once. */
module.exports = class Bench extends Extension {
  name = Object.keys(require('./package.json').backlot.extensions)[0];

  updateGatewayRoutes(router) {
    for (const { host, rules } of this.config.hosts) {
      const on = router.withHost(host);
      for (const { path, route } of rules) on.get(path, ({ params }) => ({ host, route, id: params.id }));
    }
  }

  updateRequestHandlers(handlers) {
    // Those that are not early are only asked where no rule answers.
    this.addTo(handlers.early, this.config.request);
  }

  updateResponseHandlers(handlers) {
    this.addTo(handlers, this.config.response);
  }

  updateFinalizers(handlers) {
    this.addTo(handlers, this.config.finalizer);
  }

  addTo(handlers, count) {
    for (let n = 0; n < count; n++) handlers.append((_chain, context) => void (context.locals.seen = n));
  }
};
