const { createServer } = require('node:http');

const server = createServer((request, response) => {
  if (request.url === '/health') response.end('ok');
  else if (request.url === '/echo') request.pipe(response);
  else response.end(`${process.env.GREETING}\n`);
});

server.listen(8080, () => console.log('listens on 8080'));
