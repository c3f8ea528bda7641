import type { Router } from '../../../../src/api/gateway';
import type { Explanation } from '../../../../src/gateway/routing/explain';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';

let started: StartedGateway;
let router: Router;

beforeEach(async () => {
  started = await startGateway();
  router = started.owner('shop').router;
});

/** Who wins and why, then each other rule that is near and why it does not. */
function explain(method: string, path: string, host = 'localhost:4566'): string[] {
  const { winner, others }: Explanation = started.gateway.explainRoute(method, host, path);
  const line = ({ path: at, reason }: { path: string; reason: string }) => `${at}: ${reason}`;
  return [winner ? line(winner) : 'none', ...others.map(line)];
}

it('says that no other rule fits, and gives the parameters', () => {
  router.get('/users/:id{int}', () => 1);
  router.get('/other', () => 1);
  expect(started.gateway.explainRoute('GET', 'localhost', '/users/7')).toEqual({
    method: 'GET',
    host: 'localhost',
    path: '/users/7',
    winner: {
      methods: ['GET'],
      host: undefined,
      path: '/users/:id{int}',
      owner: 'shop',
      priority: 0,
      kind: 'endpoint',
      reason: 'no other rule fits',
      params: { id: 7 },
    },
    others: [],
    allow: ['GET', 'HEAD'],
  });
});

it('says what beats a rule that fits as well: priority, host, path', () => {
  router.get('/items/new', () => 1);
  router.get('/items/:id', () => 1);
  router.all('/*', () => 1);
  router.withHost('*.test').get('/items/:x', () => 1);
  router.withPriority(-1).get('/:a/new', () => 1);
  expect(explain('GET', '/items/new')).toEqual([
    '/items/new: it has a more exact path and a higher priority than the others that fit',
    '/items/:id: it has :id where the winner has "new"',
    '/*: it has * where the winner has "items"',
    '/items/:x: it is for the host *.test, not for localhost:4566',
    '/:a/new: its priority is -1, that of the winner 0',
  ]);
  expect(explain('GET', '/items/new', 'a.test').slice(0, 2)).toEqual([
    '/items/:x: it has a more exact host and a higher priority than the others that fit',
    '/items/new: it is for any host, the winner for *.test',
  ]);
});

it('says which methods a rule of the same path is for', () => {
  router.post('/x', () => 1);
  router.add(['PUT', 'PATCH'], '/x', () => 1);
  expect(explain('GET', '/x')).toEqual([
    'none',
    '/x: it is for POST, not for GET',
    '/x: it is for PUT, PATCH, not for GET',
  ]);
  router.all('/x', () => 1);
  router.get('/x', () => 1);
  expect(explain('GET', '/x')).toContain('/x: it is for all methods, the winner for GET');
  expect(explain('HEAD', '/x')[0]).toBe('/x: it has a more exact method than the others that fit');
  expect(explain('TRACE', '/x')).toContain('/x: rules for all methods do not answer TRACE');
});

it.each([
  ['/users/:id{int}', '/users/ada', ':id{int} does not take "ada"'],
  ['/users/:id', '/users/', ':id does not take ""'],
  ['/users/:id', '/users/%zz', 'a parameter is wrongly encoded'],
  ['/Users', '/users', 'it has "Users", not "users": paths are compared as they are sent'],
  ['/app/x', '/%61pp/x', 'it has "app", not "%61pp": paths are compared as they are sent'],
  ['/users', '/users/', 'it has no slash at its end'],
  ['/users/', '/users', 'it goes on behind a slash at the end'],
  ['/files/*', '/files', 'it goes on behind a slash at the end'],
])('says why %s does not take %s', (rule, path, reason) => {
  router.get(rule, () => 1);
  expect(explain('GET', path)).toEqual(['none', `${rule}: ${reason}`]);
});

it('shows no rule that two things keep from serving the request', () => {
  router.withHost('a.test').post('/x', () => 1);
  router.post('/:id{int}', () => 1);
  expect(explain('GET', '/x')).toEqual(['none']);
});

it('takes a URL as clients send it, with letters of any language', () => {
  router.withHost('münchen.example').get('/straße/:name', () => 1);
  const { winner } = started.gateway.explainRoute('GET', 'München.example', '/straße/große');
  expect(winner).toMatchObject({ path: '/straße/:name', params: { name: 'große' } });
});

it('explains the platform’s own resources, which no extension can take', () => {
  started.gateway.internal.add((internal) => internal.get('/thing', () => 1));
  router.withPriority(9).all('*', () => 1);
  expect(explain('GET', '/_backlot/thing')).toEqual(['/_backlot/thing: no other rule fits']);
});
