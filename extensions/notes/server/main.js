/** Keeps notes in files. HTTP on 8080: GET, PUT and DELETE /NAME. Lines on 8081: NOTES GET NAME, NOTES PUT NAME TEXT. */
const { readFile, readdir, rm, writeFile } = require('node:fs/promises');
const { createServer } = require('node:http');
const net = require('node:net');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { text } = require('node:stream/consumers');

const FOLDER = process.env.NOTES_FOLDER ?? '/data';
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/i;

const fileOf = (name) => path.join(FOLDER, `${name}.txt`);
const read = (name) => readFile(fileOf(name), 'utf8').catch(() => undefined);

async function answer({ method, url, stream }) {
  if (url === '/health') return [200, 'ok'];
  if (url === '/' && method === 'GET') {
    const names = (await readdir(FOLDER)).filter((file) => file.endsWith('.txt'));
    return [200, names.map((file) => `${file.slice(0, -'.txt'.length)}\n`).join('')];
  }
  const name = url.slice(1);
  if (!NAME.test(name)) return [400, 'a name has letters, digits and dashes\n'];
  const note = await read(name);
  switch (method) {
    case 'GET':
    case 'HEAD':
      return note === undefined ? [404, 'no such note\n'] : [200, note];
    case 'PUT':
      await writeFile(fileOf(name), await text(stream));
      console.log(`kept ${name}`);
      return [note === undefined ? 201 : 204, ''];
    case 'DELETE':
      await rm(fileOf(name), { force: true });
      return [204, ''];
    default:
      return [405, ''];
  }
}

const http = createServer(async (request, response) => {
  const { method, url } = request;
  const [status, body] = await answer({ method, url, stream: request }).catch((error) => {
    console.error(error.message);
    return [500, 'it failed\n'];
  });
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
});

async function reply(line) {
  const [, verb, name, note] = /^NOTES (GET|PUT) (\S+)(?: (.*))?$/.exec(line) ?? [];
  if (verb === undefined || !NAME.test(name)) return 'ERROR write NOTES GET name, or NOTES PUT name text';
  if (verb === 'PUT') {
    await writeFile(fileOf(name), note ?? '');
    return 'OK';
  }
  const found = await read(name);
  return found === undefined ? 'NONE' : `OK ${found.split('\n', 1)[0]}`;
}

const lines = net.createServer({ allowHalfOpen: true }, async (socket) => {
  socket.on('error', () => undefined);
  for await (const line of createInterface({ input: socket })) {
    socket.write(`${await reply(line).catch((error) => `ERROR ${error.message}`)}\n`);
  }
  socket.end();
});

process.once('SIGTERM', () => process.exit(0));
lines.listen(8081, () => http.listen(8080, () => console.log('keeps notes on 8080 and 8081')));
