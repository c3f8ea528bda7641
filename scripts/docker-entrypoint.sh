#!/usr/bin/env bash
# The container's entrypoint. Without arguments it runs Backlot: boot scripts, installation, runtime. With arguments it
# runs those instead (docker run -it IMAGE bash).
set -euo pipefail

if [ "$#" -gt 0 ]; then exec "$@"; fi

# The root file system may be read-only: what programs write for a while goes to the volume.
export TMPDIR="${TMPDIR:-${BACKLOT_VOLUME}/tmp}"

# -s: reap orphans also where another program is the first process, as when a client replaces the entrypoint.
exec tini -s -- node /opt/backlot/dist/bin/init.js
