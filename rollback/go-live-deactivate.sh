#!/bin/bash -p
# Ends real trading by the trading system's own program for that, and proves it. See --help. (-p: takes no functions and no
# start-up file from the environment.)
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

# The trading system's own command gets the locale that this script was given.
given_locale=${LC_ALL:-}

real_script=$(readlink -f -- "${BASH_SOURCE[0]}")
scripts=$(dirname -- "$real_script")
if [[ ! -r $scripts/lib.sh || ! -r $scripts/command.sh || ! -r $scripts/go-live.sh ]]; then
  printf 'go-live-deactivate: %s lacks lib.sh, command.sh or go-live.sh. Link to Redline'\''s rollback/go-live-deactivate.sh instead of copying it.\n' "$scripts" >&2
  exit 2
fi
# shellcheck source=lib.sh
source "$scripts/lib.sh"
# shellcheck source=command.sh
source "$scripts/command.sh"
# shellcheck source=go-live.sh
source "$scripts/go-live.sh"
# Read by lib.sh, go-live.sh and command.sh.
# shellcheck disable=SC2034
script_name=go-live-deactivate method=deactivate
# Redis is not asked here, so nothing that is started gets its password.
unset ROLLBACK_REDIS_PASSWORD

# Between SIGTERM and SIGKILL, and how long the kernel may take to carry that out, seconds; read by command.sh.
# shellcheck disable=SC2034
readonly GRACE=5 KILL_TAKES=2
# Read by go-live.sh.
# shellcheck disable=SC2034
readonly QUESTION=5
readonly DEACTIVATE_PROGRAM=scripts/go_live_deactivate.py

usage() {
  cat <<'HELP'
The third method of the rollback go-live: runs the trading system's own program that deactivates it, sees that its marker is
gone, whatever the program said of itself, writes last_rollback_timestamp and last_rollback_reason into the configuration, and
adds a line rollback_executed to a log. Safe to run twice: the program is run each time, since it alone knows what it undoes
beside these. A configuration that says activation_enabled: false proves nothing while the marker is there: the backend has
not been restarted on it.

Usage: go-live-deactivate.sh [--dry-run | --check | --help]
  --dry-run   say every step, change nothing, run nothing of the trading system
  --check     only look whether it is deactivated: exit code 0 it is, 5 it is not, 3 nobody can tell

What cannot be written into configuration or log is said (NOT RECORDED), and fails nothing.

Run by hand it needs no environment. Each of these replaces a default; relative paths are below the root:
  ROLLBACK_DEACTIVATE_COMMAND  the command, one word a line, never read by a shell: python (python3 where there is none),
                           scripts/go_live_deactivate.py, --reason, {reason}, and where there is an operator --operator,
                           {operator}. A word that is just {reason} or {operator} becomes that
  ROLLBACK_DEACTIVATE_TIMEOUT  40: seconds that it may take; then its process group is ended
HELP
  printf '%s\n' "$GO_LIVE_SETTINGS"
  cat <<'HELP'

The time limit of the method must be longer than the command's, and 20 s more; a wait for another rollback comes on top.

Exit codes:
  0  done: the program succeeded, and real trading is deactivated
  1  wrong usage, or something unexpected
  2  refused, nothing changed: no trading system in the folder, no such program
  3  done in part: it is deactivated, but the program failed; or nobody can tell (see PROBLEM)
  4  refused, nothing changed: another rollback is running
  5  it is NOT deactivated
HELP
}

# check_state: sets state and state_text: off is what has no marker. A backend may go on as it was started, whatever its
# configuration has come to say.
check_state() {
  local found said
  found=$(marker_state)
  if [[ $found == gone ]]; then
    state=reached
    state_text="$marker is not there"
  elif [[ $found == unknown ]]; then
    state=unknown
    state_text="$marker cannot be looked at (see above)"
  elif ! said=$(activation_enabled); then
    state=unknown
    state_text="$marker is there, and $config cannot be read (see above)"
  elif [[ $said == false ]]; then
    state=unknown
    state_text="activation_enabled is false in $config, but the marker is there and nobody restarted the backend"
  else
    state=missed
    state_text="$marker is there, and activation_enabled is $said in $config"
  fi
}

# find_command: sets command; ends the script where it cannot be run.
find_command() {
  if command_words ROLLBACK_DEACTIVATE_COMMAND; then
    require_script ROLLBACK_DEACTIVATE_COMMAND
  else
    [[ -f $root/$DEACTIVATE_PROGRAM ]] ||
      stop "$EXIT_REFUSED" "$root has no $DEACTIVATE_PROGRAM. Nothing was changed. Set ROLLBACK_ROOT to the trading system's folder, or ROLLBACK_DEACTIVATE_COMMAND to its own command."
    command=("$(python_name)" "$DEACTIVATE_PROGRAM" --reason '{reason}')
    [[ -z $operator ]] || command+=(--operator '{operator}')
  fi
  with_order "${command[@]}"
  require_command ROLLBACK_DEACTIVATE_COMMAND "ends real trading"
}

main() {
  local limit
  read_method_arguments "$@"
  read_go_live_settings "${BASH_SOURCE[0]}"
  limit=$(whole_number ROLLBACK_DEACTIVATE_TIMEOUT 40)
  LOCK_PATIENCE=$(whole_number ROLLBACK_LOCK_TIMEOUT 10)
  if [[ $only_check == yes ]]; then
    check_state
    finish_check
  fi
  [[ $dry_run == yes ]] || take_lock "$root"
  find_command
  if [[ $dry_run == yes ]]; then
    say "Would run in $root, for at most $limit s: $(describe_command)"
    check_state
    say "Would see that it is deactivated; as it is now, $state_text"
    say_records
    return
  fi
  run_command deactivation "$limit"
  check_state
  record_rollback
  finish_method
}

# A function, called last: bash has read all of it before anything happens.
main "$@"
