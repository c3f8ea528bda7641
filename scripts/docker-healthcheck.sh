#!/usr/bin/env bash
# Healthy when the gateway answers its health resource. Plain bash: it runs every few seconds, and starting node each
# time would cost more than the gateway does.
set -euo pipefail

listen="${LOCALSTACK_GATEWAY_LISTEN:-$GATEWAY_LISTEN}"
first="${listen%%,*}"
exec 3<>"/dev/tcp/127.0.0.1/${first##*:}"
printf 'HEAD /_backlot/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 4 _version status _ <&3
[ "$status" = 200 ]
