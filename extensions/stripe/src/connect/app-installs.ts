/** Apps that accounts have installed: https://docs.stripe.com/api/apps/installs. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, resourceMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { matches, newObject } from '../kernel/resource';
import type { Table } from '../kernel/table';
import { asAccount, asPlatform } from './account-data';
import { issueCode } from './oauth';

type Install = Stripe.Apps.Install;

const CHALLENGE = /^[\w.~-]{43,128}$/;
/** What lists are narrowed by, besides the account. */
const FILTERS = ['app', 'approval_required', 'channel', 'created_by', 'status'] as const;
const NOTHING = { connect_src: [], image_src: [] };

/** Installs are the platform's objects, which is the developer of all apps: accounts see their own. */
function installTable(stripe: Backend): Table<Install> {
  return stripe.table<Install>('apps.install');
}

export const appInstalls: DefineModule = (stripe) => {
  const table = installTable(stripe);
  const find = (id: string): Install => {
    const found = asPlatform(stripe, () => table.get(id));
    if (stripe.account === PLATFORM_ACCOUNT || found.account === stripe.account) return found;
    throw resourceMissing('apps.install', id);
  };
  const tell = (type: string, install: Install): void => {
    asAccount(stripe, install.account, () => stripe.emit(type, install));
  };
  return {
    operations: {
      'POST /v1/apps/installs': ({ params }) => {
        const given = params as unknown as Stripe.Apps.InstallCreateParams;
        checkChannel(stripe, given.channel);
        checkChallenge(given);
        const { account } = stripe;
        return asPlatform(stripe, () => {
          const former = table.first({ where: (each) => each.account === account && each.app === given.app });
          if (former) return former;
          const install = table.insert(newInstall(stripe, account, given));
          tell('apps.install.created', install);
          return install;
        });
      },
      'GET /v1/apps/installs': ({ params, url }) => {
        const given = params as Stripe.Apps.InstallListParams;
        const { account, app } = given;
        const isAcross = app !== undefined && stripe.account === PLATFORM_ACCOUNT;
        if (account !== undefined && account !== stripe.account && !isAcross) {
          throw invalidRequest(
            'You can only list the installs of another account by an app of yours: give its `app`.',
            {
              param: 'account',
            },
          );
        }
        const own = isAcross ? account : stripe.account;
        return asPlatform(stripe, () =>
          table.page(url, params, {
            where: (each) => (own === undefined || each.account === own) && matches(each, given, FILTERS),
          }),
        );
      },
      'GET /v1/apps/installs/{install}': ({ path }) => find(path['install']!),
      // Apps ask for nothing here that is not granted already.
      'POST /v1/apps/installs/{install}': ({ path }) => find(path['install']!),
      'POST /v1/apps/installs/{install}/uninstall': ({ path }) => {
        const { id } = find(path['install']!);
        return asPlatform(stripe, () => {
          const leaving = table.update(id, { status: 'uninstalling' });
          table.remove(id);
          tell('apps.install.deleted', leaving);
          return leaving;
        });
      },
    },
  };
};

/** Throws for a channel that an account cannot install from by itself, or whose apps are for live accounts. */
function checkChannel(stripe: Backend, channel = 'public'): void {
  if (channel === 'private_live') {
    throw invalidRequest('A test key cannot install from the channel `private_live`: use `private_test`.', {
      param: 'channel',
    });
  }
  if (stripe.account !== PLATFORM_ACCOUNT || channel === 'private_test') return;
  throw invalidRequest(
    'An account can only install a private app of its own by this: pass `channel: private_test`, or act on a connected account with the header Stripe-Account.',
    { param: 'channel' },
  );
}

function checkChallenge({ code_challenge: challenge, code_challenge_method: method }: Stripe.Apps.InstallCreateParams) {
  if (challenge === undefined) return;
  if (method === undefined) throw parameterMissing('code_challenge_method');
  if (method !== 'S256') {
    throw invalidRequest('Invalid code_challenge_method: must be S256', { param: 'code_challenge_method' });
  }
  if (CHALLENGE.test(challenge)) return;
  throw invalidRequest('Invalid code_challenge: must be 43 to 128 letters, numbers, and `-`, `.`, `_` or `~`', {
    param: 'code_challenge',
  });
}

function newInstall(stripe: Backend, account: string, given: Stripe.Apps.InstallCreateParams): Install {
  const { app, channel = 'public', code_challenge: challenge } = given;
  const hasCode = challenge !== undefined && account !== PLATFORM_ACCOUNT;
  return newObject<Install>(
    stripe,
    'apps.install',
    {},
    {
      account,
      app,
      approval_required: false,
      auth_code: hasCode ? issueCode(stripe, { account, client: app, scope: 'stripe_apps', challenge }) : null,
      channel,
      content_security_policy_granted: NOTHING,
      content_security_policy_pending: NOTHING,
      created_by: null,
      endpoints_granted: [],
      endpoints_pending: [],
      permissions_granted: [],
      permissions_pending: [],
      status: 'installed',
    },
  );
}
