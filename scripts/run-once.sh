#!/usr/bin/env bash
# Starts the platform without extensions, and stops it when it is ready: its programs leave their code caches.
# Usage: scripts/run-once.sh INIT_PROGRAM
set -euo pipefail

volume="$(mktemp -d)"
trap 'rm -rf "${volume}"' EXIT
echo '{ "extensions": [] }' > "${volume}/extensions.json"
export GATEWAY_LISTEN=127.0.0.1:0 BACKLOT_VOLUME="${volume}/volume" BACKLOT_EXTENSIONS_FILE="${volume}/extensions.json"
coproc platform { exec node "$1"; }
pid="${platform_PID}"
while read -r line <&"${platform[0]}"; do
  if [ "${line}" = "Ready." ]; then break; fi
done
kill -TERM "${pid}"
wait "${pid}"
