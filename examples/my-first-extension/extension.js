const { Extension } = require('backlot');

class MyFirst extends Extension {
  name = 'my-first';

  updateGatewayRoutes(router) {
    router.get('/greet/:who', ({ params }) => ({ message: `hello, ${params.who}` }));
  }

  onPlatformReady() {
    this.log.info(`try curl ${this.platform.url}/greet/ada`);
  }
}

module.exports = { MyFirst };
