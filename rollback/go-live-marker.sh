#!/bin/bash -p
# Ends real trading by removing the trading system's marker. See --help. (-p: takes no functions and no start-up file from
# the environment.)
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

real_script=$(readlink -f -- "${BASH_SOURCE[0]}")
scripts=$(dirname -- "$real_script")
if [[ ! -r $scripts/lib.sh || ! -r $scripts/go-live.sh ]]; then
  printf 'go-live-marker: %s lacks lib.sh or go-live.sh. Link to Redline'\''s rollback/go-live-marker.sh instead of copying it.\n' "$scripts" >&2
  exit 2
fi
# shellcheck source=lib.sh
source "$scripts/lib.sh"
# shellcheck source=go-live.sh
source "$scripts/go-live.sh"
# Read by lib.sh and go-live.sh.
# shellcheck disable=SC2034
script_name=go-live-marker method=marker
# Read by go-live.sh.
# shellcheck disable=SC2034
readonly QUESTION=3

usage() {
  cat <<'HELP'
The first method of the rollback go-live: removes the marker with which the trading system trades for real, writes
last_rollback_timestamp and last_rollback_reason into its configuration, and adds a line rollback_executed to a log. Safe to
run twice: a marker that is gone already is as good. Whatever lies under its name is removed, a link itself and not what it
leads to; a folder is none. Another rollback of the folder keeps it from nothing but the configuration.

Usage: go-live-marker.sh [--dry-run | --check | --help]
  --dry-run   say every step, change nothing
  --check     only look whether the marker is there: exit code 0 it is not, 5 it is, 3 nobody can tell

What cannot be written into configuration or log is said (NOT RECORDED), and fails nothing: the marker is what counts.

Run by hand it needs no environment. Each of these replaces a default; relative paths are below the root:
HELP
  printf '%s\n' "$GO_LIVE_SETTINGS"
  cat <<'HELP'

Exit codes:
  0  done: the marker is gone
  1  wrong usage, or something unexpected
  2  refused, nothing changed: no trading system in the folder, or no permission
  3  nobody can tell whether the marker is gone
  5  the marker is NOT gone
HELP
}

# check_state: sets state and state_text.
check_state() {
  case $(marker_state) in
    gone)
      state=reached
      state_text="$marker is not there"
      ;;
    there)
      state=missed
      state_text="$marker is there"
      ;;
    *)
      state=unknown
      state_text="$marker cannot be looked at (see above)"
      ;;
  esac
}

remove_marker() {
  if [[ $(marker_state 2>/dev/null) == gone ]]; then
    say "The marker is gone already: $marker"
    return
  fi
  if rm -f -- "$marker" && sync -- "$(dirname -- "$marker")"; then
    say "Removed the marker $marker"
  else
    problem "$marker could not be removed (see above). Remove it by hand (sudo rm)."
  fi
}

check_permission() {
  case $state in
    unknown) stop "$EXIT_REFUSED" "$state_text. Nothing was changed. Run this as root (sudo), or correct ROLLBACK_GO_LIVE_MARKER." ;;
    missed)
      may_change "$marker" ||
        stop "$EXIT_REFUSED" "You may not remove $marker. Nothing was changed. Run this as root (sudo), and see that the file system is not read-only."
      ;;
  esac
}

# lock_configuration: sets locked. The marker needs no lock: removing it disturbs nobody, and can wait for nobody.
lock_configuration() {
  if ! exec 9<"$root" || ! wait_for_lock "$root"; then locked=false; fi
}

main() {
  read_method_arguments "$@"
  read_go_live_settings "${BASH_SOURCE[0]}"
  LOCK_PATIENCE=$(whole_number ROLLBACK_LOCK_TIMEOUT 2)
  check_state
  [[ $only_check == no ]] || finish_check
  check_permission
  if [[ $dry_run == yes ]]; then
    say "Would remove the marker; as it is now, $state_text"
    say_records
    return
  fi
  remove_marker
  check_state
  lock_configuration
  record_rollback
  finish_method
}

# A function, called last: bash has read all of it before anything happens.
main "$@"
