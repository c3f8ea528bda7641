#!/usr/bin/env bash
# The container's entrypoint. Without arguments it runs Backlot: boot scripts, installation, runtime. With arguments it
# runs those instead (docker run -it IMAGE bash).
set -euo pipefail

if [ "$#" -gt 0 ]; then exec "$@"; fi

# LocalStack's clients mount their volume at its path.
theirs=/var/lib/localstack
if [ "$BACKLOT_VOLUME" = /var/lib/backlot ] && mountpoint -q "$theirs"; then
  if [ -w "$theirs" ]; then
    export BACKLOT_VOLUME="$theirs"
    # A new volume begins with what the image has there: links to ours.
    for each in cache lib logs state tmp; do [ ! -L "$theirs/$each" ] || rm "$theirs/$each"; done
  else
    echo "$theirs cannot be written to by user $(id -u): what is kept goes to $BACKLOT_VOLUME" >&2
  fi
fi

# The root file system may be read-only: what programs write for a while goes to the volume.
export TMPDIR="${TMPDIR:-${BACKLOT_VOLUME}/tmp}"

# -s: reap orphans also where another program is the first process, as when a client replaces the entrypoint.
exec tini -s -- node /opt/backlot/dist/bin/init.js
