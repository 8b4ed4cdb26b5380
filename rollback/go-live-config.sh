#!/bin/bash -p
# Ends real trading by the trading system's configuration and a restart of its backend. See --help. (-p: takes no functions
# and no start-up file from the environment.)
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

real_script=$(readlink -f -- "${BASH_SOURCE[0]}")
scripts=$(dirname -- "$real_script")
if [[ ! -r $scripts/lib.sh || ! -r $scripts/go-live.sh ]]; then
  printf 'go-live-config: %s lacks lib.sh or go-live.sh. Link to Redline'\''s rollback/go-live-config.sh instead of copying it.\n' "$scripts" >&2
  exit 2
fi
# shellcheck source=lib.sh
source "$scripts/lib.sh"
# shellcheck source=go-live.sh
source "$scripts/go-live.sh"
# Read by lib.sh and go-live.sh.
# shellcheck disable=SC2034
script_name=go-live-config method=config
# Read by go-live.sh.
# shellcheck disable=SC2034
readonly QUESTION=20

usage() {
  cat <<'HELP'
The fourth method of the rollback go-live: sets activation_enabled: false, last_rollback_timestamp and last_rollback_reason in
the trading system's configuration, in one step and with everything else in it byte for byte as it is, restarts the backend,
waits until it is active, and adds a line rollback_executed to a log. Safe to run twice: the backend is restarted each time,
since a running one does not show what it has read. A configuration that had no activation_enabled at its top, or was a link,
is set all the same; but the backend may read another place, so that this is done in part.

Usage: go-live-config.sh [--dry-run | --check | --help]
  --dry-run   say every step, change nothing
  --check     only look what the configuration says: exit code 0 activation_enabled is false, 5 it is not, 3 nobody can tell

The configuration is set also where the backend cannot be restarted: whatever starts it next finds it. Time and reason that
cannot be written there, and a log that cannot be written, are said (NOT RECORDED), and fail nothing.

Run by hand it needs no environment. Each of these replaces a default; relative paths are below the root:
  ROLLBACK_BACKEND_UNIT    quantum-backend.service
  ROLLBACK_SYSTEMCTL       systemctl
  ROLLBACK_ACTIVE_TIMEOUT  240: seconds that the backend may take to restart and become active
HELP
  printf '%s\n' "$GO_LIVE_SETTINGS"
  cat <<'HELP'

Exit codes:
  0  done: activation_enabled is false, and the backend was restarted on it and is active
  1  wrong usage, or something unexpected
  2  refused, nothing changed: no trading system in the folder, or its configuration cannot be changed
  3  done in part: see PROBLEM; or nobody can tell: the configuration cannot be read any more
  4  refused, nothing changed: another rollback is running
  5  activation_enabled is NOT false, or the backend did not restart
HELP
}

# check_state: sets said, state and state_text.
check_state() {
  if ! said=$(activation_enabled); then
    state=unknown
    state_text="$config cannot be read (see above)"
  elif [[ $said == false ]]; then
    state=reached
    state_text="activation_enabled is false in $config"
  else
    state=missed
    state_text="activation_enabled is $said in $config"
  fi
}

disable_activation() {
  local -r said_before=$said
  local was_link=no
  [[ ! -L $config ]] || was_link=yes
  set_activation
  [[ $said_before != absent ]] ||
    problem "$config had no activation_enabled at its top: see that the backend reads it there"
  [[ $was_link == no || -L $config ]] ||
    problem "$config was a link: see that the backend reads the file that has taken its place"
}

# set_activation: with time and reason where these can be written, since whether real trading is off is all that counts.
set_activation() {
  local -a words
  mapfile -t words < <(what_happened)
  if set_in_config activation_enabled false "${words[@]}"; then
    recorded=true
    say "Set activation_enabled: false in $config, with last_rollback_timestamp and last_rollback_reason"
  elif set_in_config activation_enabled false; then
    say "Set activation_enabled: false in $config, and nothing else"
  else
    stop "$EXIT_REFUSED" "$config could not be changed (see above). Nothing was changed, and the backend was not restarted. Set activation_enabled: false in it by hand, then restart $unit; or stop that: systemctl stop $unit"
  fi
}

restart_backend() {
  local why
  say "Restarting $unit"
  if why=$(restart_unit "$unit" "$active_timeout"); then
    say "$unit is active"
    return
  fi
  problem "The backend's unit $unit did not restart: $why. See journalctl -u $unit -n 50; while it runs on the old configuration it may trade: systemctl stop $unit"
  backend_restarted=no
}

say_steps() {
  say "Would set activation_enabled: false in $config; as it is now, $state_text"
  may_change "$config" ||
    stop "$EXIT_REFUSED" "You may not change $config. Nothing was changed. Run this as a user who may write in its folder (sudo), and see that the file system is not read-only."
  say "Would restart $unit and wait up to $active_timeout s until it is active"
  [[ $(unit_property "$unit" LoadState || true) == loaded ]] ||
    stop "$EXIT_ENGINE" "As it is now, systemd has no unit $unit loaded (ROLLBACK_BACKEND_UNIT, ROLLBACK_SYSTEMCTL): it could not be restarted. Nothing was changed."
  say_records
}

main() {
  read_method_arguments "$@"
  read_go_live_settings "${BASH_SOURCE[0]}"
  active_timeout=$(whole_number ROLLBACK_ACTIVE_TIMEOUT 240)
  unit=$(unit_name ROLLBACK_BACKEND_UNIT "${ROLLBACK_BACKEND_UNIT:-quantum-backend.service}")
  LOCK_PATIENCE=$(whole_number ROLLBACK_LOCK_TIMEOUT 60)
  # Another rollback may change what there is to see.
  [[ $dry_run == yes || $only_check == yes ]] || take_lock "$root"
  check_state
  [[ $only_check == no ]] || finish_check
  [[ $state != unknown ]] ||
    stop "$EXIT_REFUSED" "$state_text. Nothing was changed, and the backend was not restarted. Mend it, or stop the backend: systemctl stop $unit"
  if [[ $dry_run == yes ]]; then
    say_steps
    return
  fi

  backend_restarted=yes
  disable_activation
  restart_backend
  # Something of the trading system may have written its configuration once more.
  check_state
  if [[ $state == reached && $backend_restarted == no ]]; then
    state=missed
    state_text+=", but the backend did not restart on it"
  fi
  record_rollback
  finish_method
}

# A function, called last: bash has read all of it before anything happens.
main "$@"
