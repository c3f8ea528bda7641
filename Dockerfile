# Backlot: one container, one port. Build everything; fetch what production needs; put both on a clean base.

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npx ts-node --transpile-only scripts/bundle-extensions.ts bundled
# The first run of each program leaves its code cache in dist/bundle.
RUN node dist/bin/backlot.js --version && scripts/run-once.sh dist/bin/init.js

FROM node:24-bookworm-slim AS production
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# Of the compiler only its library is used, and of LMDB one of four builds.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/@lmdb/*/node.abi*.node node_modules/@lmdb/*/node.napi.musl.node \
  node_modules/lmdb/dependencies node_modules/lmdb/src \
  && cd node_modules/typescript/lib \
  && rm -rf _tsc.js tsserver.js _tsserver.js typingsInstaller.js _typingsInstaller.js watchGuard.js */

FROM node:24-bookworm-slim
# tini: the first process of a container has to pass signals on and to reap what its children leave behind.
# git, and ssh and certificates for it: extensions come from repositories, too. Fetching needs neither Perl nor git's servers
# and mailers, which are the larger part of its package.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini git openssh-client ca-certificates \
  && dpkg --purge --force-depends perl perl-modules-5.36 libperl5.36 liberror-perl git-man \
  && find /usr/lib/git-core -type f -size +500k ! -name git ! -name git-remote-http -delete \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/*.log /var/log/apt \
  && rm -rf /usr/share/doc/* /usr/share/man/* /usr/share/locale/*

ARG BACKLOT_VERSION=0.1.0
# The version of LocalStack whose clients can take this image for theirs.
ARG LOCALSTACK_COMPATIBLE_VERSION=4.14.0
LABEL org.opencontainers.image.title="Backlot" \
  org.opencontainers.image.description="One container, one port, that stands in for the services your application talks to" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${BACKLOT_VERSION}" \
  dev.backlot.version="${BACKLOT_VERSION}"
ENV NODE_ENV=production \
  BACKLOT_IN_CONTAINER=1 \
  BACKLOT_EXTENSIONS_FILE=/etc/backlot/extensions.json \
  BACKLOT_VOLUME=/var/lib/backlot \
  BACKLOT_NPMRC=/run/secrets/backlot-npmrc \
  BACKLOT_INIT_DIRS=/etc/backlot/init:/etc/localstack/init \
  GATEWAY_LISTEN=0.0.0.0:4566 \
  LOCALSTACK_BUILD_VERSION=${LOCALSTACK_COMPATIBLE_VERSION}

COPY --from=build /src/package.json /src/extensions.schema.json /opt/backlot/
COPY --from=production /src/node_modules /opt/backlot/node_modules
COPY --from=build /src/bundled /opt/backlot/bundled
COPY --from=build /src/dist /opt/backlot/dist
COPY --chmod=0755 scripts/docker-entrypoint.sh scripts/docker-healthcheck.sh /usr/local/bin/
RUN ln -s /opt/backlot/dist/bin/backlot.js /usr/local/bin/backlot \
  && chmod 0755 /opt/backlot/dist/bin/backlot.js \
  && mkdir -p /etc/backlot/init /etc/localstack/init /var/lib/backlot/tmp /var/lib/localstack \
  # A folder, not a link to the other: what is mounted there would lie above or below the volume as it happens.
  && for each in cache lib logs state tmp; do ln -s ../backlot/$each /var/lib/localstack/$each; done \
  && chown -R -h node:node /var/lib/backlot /var/lib/localstack \
  # Not every program asks TMPDIR, and the root file system may be read-only.
  && rm -rf /tmp && ln -s /var/lib/backlot/tmp /tmp

USER node
WORKDIR /var/lib/backlot
VOLUME /var/lib/backlot
EXPOSE 4566
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["/usr/local/bin/docker-healthcheck.sh"]
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]
