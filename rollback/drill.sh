#!/usr/bin/env bash
# The plan of `redline drill`: changes nothing. It proves that a rollback script is started with its environment and its
# order on standard input, and that what it does is verified: all it does is to write ROLLBACK_DRILL_MARKER.
set -euo pipefail

order=$(cat)
if [[ $order != *"\"$ROLLBACK_ID\""* ]]; then
  printf 'drill: the order on standard input does not name %s\n' "$ROLLBACK_ID" >&2
  exit 1
fi
rm -f -- "$ROLLBACK_DRILL_MARKER"
printf '%s\n' "$order" >"$ROLLBACK_DRILL_MARKER"
printf 'drill: nothing was changed; %s is written\n' "$ROLLBACK_DRILL_MARKER"
