#!/bin/bash -p
# Ends real trading by the trading system's emergency stop, and sees that the backend counts it. See --help. (-p: takes no
# functions and no start-up file from the environment.)
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

# The trading system's own command gets the locale that this script was given.
given_locale=${LC_ALL:-}

real_script=$(readlink -f -- "${BASH_SOURCE[0]}")
scripts=$(dirname -- "$real_script")
if [[ ! -r $scripts/lib.sh || ! -r $scripts/command.sh || ! -r $scripts/go-live.sh ]]; then
  printf 'go-live-ess: %s lacks lib.sh, command.sh or go-live.sh. Link to Redline'\''s rollback/go-live-ess.sh instead of copying it.\n' "$scripts" >&2
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
script_name=go-live-ess method=ess
# Redis is not asked here, so nothing that is started gets its password.
unset ROLLBACK_REDIS_PASSWORD

# Between SIGTERM and SIGKILL, and how long the kernel may take to carry that out, seconds; read by command.sh.
# shellcheck disable=SC2034
readonly GRACE=3 KILL_TAKES=1
# Read by go-live.sh.
# shellcheck disable=SC2034
readonly QUESTION=3
readonly ESS_PROGRAM=scripts/activate_ess.py

usage() {
  cat <<'HELP'
The second method of the rollback go-live: runs the trading system's own program that activates its emergency stop (ESS),
waits until the backend counts it, writes last_rollback_timestamp and last_rollback_reason into the configuration, and adds a
line rollback_executed to a log. Safe to run twice: the program is run each time.

What the program says of itself proves nothing. The stop is active where the backend's /metrics, asked over HTTP, show an
ess_triggers_total above 0, all sources together, that has grown. That counter never goes down: where it was above 0 before
and did not grow, or nobody knows what it was before, it may tell of an earlier stop. That is no proof, and neither is a
backend that does not answer or shows no such counter: the exit code is not 0, and the next method of the plan runs.

Usage: go-live-ess.sh [--dry-run | --check | --help]
  --dry-run   say every step, change nothing, run nothing of the trading system
  --check     only ask the backend: exit code 0 it counts a stop, of whatever time, 5 it counts none, 3 nobody can tell

What cannot be written into configuration or log is said (NOT RECORDED), and fails nothing.

Run by hand it needs no environment. Each of these replaces a default; relative paths are below the root:
  ROLLBACK_ESS_COMMAND     the command, one word a line, never read by a shell: python (python3 where there is none),
                           scripts/activate_ess.py, --reason, {reason}. A word that is just {reason} or {operator} becomes
                           that
  ROLLBACK_ESS_COMMAND_TIMEOUT  10: seconds that it may take; then its process group is ended
  ROLLBACK_ESS_TIMEOUT     3: seconds that the backend may then take to count it
  ROLLBACK_BACKEND_URL     http://127.0.0.1:8000: the backend; none: there is none to ask
  ROLLBACK_BACKEND_CA_FILE authority of its certificate, where that is none that Node trusts
HELP
  printf '%s\n' "$GO_LIVE_SETTINGS"
  cat <<'HELP'

The time limit of the method must be longer than the first two together, and 17 s more; a wait for another rollback comes on
top.

Exit codes:
  0  done: the program succeeded, and the backend has counted an emergency stop
  1  wrong usage, or something unexpected
  2  refused, nothing changed: no trading system in the folder, no such program
  3  done in part: the stop is active, but the program failed; or nobody can tell (see PROBLEM)
  4  refused, nothing changed: another rollback is running
  5  the emergency stop is NOT active
HELP
}

# ess_triggers: prints how often the backend counts that the emergency stop was triggered, or absent; fails where nobody can
# tell, and says why on standard error.
ess_triggers() {
  if [[ $backend == none ]]; then
    warn "There is no backend to ask (ROLLBACK_BACKEND_URL)."
    return 1
  fi
  node_program ess-triggers "$backend" "${ROLLBACK_BACKEND_CA_FILE:-}"
}

# check_state: sets triggers, state and state_text. It has no more than the counter, so that any stop will do: that this
# one was counted is what the exit code of the method says, and a plan needs both.
check_state() {
  if ! triggers=$(ess_triggers); then
    triggers=''
    state=unknown
    state_text="the backend does not say whether the emergency stop is active (see above)"
  elif [[ $triggers == absent || $triggers == 0 ]]; then
    state=missed
    state_text="the emergency stop is not active: ess_triggers_total of $backend is $triggers"
  else
    state=reached
    state_text="ess_triggers_total of $backend is $triggers"
  fi
}

# see_it_counted BEFORE: waits until the backend has counted the stop; BEFORE is empty where nobody knows what it was.
see_it_counted() {
  local -r deadline=$((SECONDS + patience))
  local before=$1
  # Why it does not say so is told once, at the end.
  until ((SECONDS >= deadline)); do
    check_state 2>/dev/null
    ! has_grown "$before" || return 0
    # What is counted from here on is no earlier one either.
    before=${before:-$triggers}
    sleep 0.5
  done
  check_state
  if [[ $state == reached ]] && ! has_grown "$before"; then
    state=unknown
    state_text+=" and did not grow: the emergency stop was active already, or the counter tells of an earlier one. See that it is active"
  fi
}

# has_grown BEFORE: a lower number is that of a backend that was restarted, and has counted since.
has_grown() { [[ $state == reached && -n $1 && $triggers != "$1" ]]; }

# find_command: sets command; ends the script where it cannot be run.
find_command() {
  if command_words ROLLBACK_ESS_COMMAND; then
    require_script ROLLBACK_ESS_COMMAND
  else
    [[ -f $root/$ESS_PROGRAM ]] ||
      stop "$EXIT_REFUSED" "$root has no $ESS_PROGRAM. Nothing was changed. Set ROLLBACK_ROOT to the trading system's folder, or ROLLBACK_ESS_COMMAND to its own command."
    command=("$(python_name)" "$ESS_PROGRAM" --reason '{reason}')
  fi
  with_order "${command[@]}"
  require_command ROLLBACK_ESS_COMMAND "activates the emergency stop"
}

main() {
  local limit before
  read_method_arguments "$@"
  read_go_live_settings "${BASH_SOURCE[0]}"
  limit=$(whole_number ROLLBACK_ESS_COMMAND_TIMEOUT 10)
  patience=$(whole_number ROLLBACK_ESS_TIMEOUT 3)
  LOCK_PATIENCE=$(whole_number ROLLBACK_LOCK_TIMEOUT 10)
  backend=${ROLLBACK_BACKEND_URL:-http://127.0.0.1:8000}
  if [[ $only_check == yes ]]; then
    check_state
    finish_check
  fi
  [[ $dry_run == yes ]] || take_lock "$root"
  find_command
  if [[ $dry_run == yes ]]; then
    say "Would run in $root, for at most $limit s: $(describe_command)"
    check_state
    say "Would wait up to $patience s until the backend counts it; as it is now, $state_text"
    say_records
    return
  fi
  before=$(ess_triggers 2>/dev/null) || before=''
  run_command "emergency stop" "$limit"
  see_it_counted "$before"
  record_rollback
  finish_method
}

# A function, called last: bash has read all of it before anything happens.
main "$@"
