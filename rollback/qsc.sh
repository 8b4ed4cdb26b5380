#!/bin/bash -p
# Rolls a canary of the trading engine back to the baseline weights. See --help. (-p: takes no functions and no start-up
# file from the environment.)
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

real_script=$(readlink -f -- "${BASH_SOURCE[0]}")
scripts=$(dirname -- "$real_script")
if [[ ! -r $scripts/lib.sh || ! -r $scripts/weights.sh ]]; then
  printf 'qsc-rollback: %s lacks lib.sh or weights.sh. Link to Redline'\''s rollback/qsc.sh instead of copying it: ln -s REDLINE/rollback/qsc.sh ops/model_safety/qsc_rollback.sh\n' "$scripts" >&2
  exit 2
fi
# shellcheck source=lib.sh
source "$scripts/lib.sh"
# shellcheck source=weights.sh
source "$scripts/weights.sh"
# Read by lib.sh.
# shellcheck disable=SC2034
script_name=qsc-rollback

usage() {
  cat <<'HELP'
Rolls a canary back: removes the generated and the installed override, puts the baseline weights in the place of the
canary's, lets systemd read its units again, restarts the engine, waits until it is active, and adds a line
rollback_executed to the canary log. Safe to run twice: files that are right already are left alone; the engine is
restarted each time, since a running one does not show which weights it has read.

Usage: qsc.sh [--dry-run | --help]
  --dry-run   say every step, change nothing

Run by hand it needs no environment. Each of these replaces a default; relative paths are below the root:
  ROLLBACK_ROOT                trading system's folder: the one above ops/model_safety, where this script or a link to
                               it lies there, else the working directory
  ROLLBACK_ENGINE_UNIT         engine's unit: quantum-ai-engine.service, or quantum-ai_engine.service where that is the
                               one loaded
  ROLLBACK_BASELINE_WEIGHTS    data/baseline_model_weights.json
  ROLLBACK_CANARY_WEIGHTS      data/qsc_canary_weights.json
  ROLLBACK_OVERRIDE_GENERATED  data/systemd_overrides/qsc_canary.conf
  ROLLBACK_OVERRIDE_INSTALLED  /etc/systemd/system/<engine's unit>.d/qsc_canary.conf
  ROLLBACK_CANARY_LOG          logs/qsc_canary.jsonl
  ROLLBACK_SYSTEMCTL           systemctl
  ROLLBACK_ACTIVE_TIMEOUT      110: seconds that the engine may take to restart and become active
  ROLLBACK_REASON, ROLLBACK_MODEL, ROLLBACK_TRIGGER (manual), ROLLBACK_ID   go into the log line

Exit codes:
  0  done: the engine is active again, on the baseline weights
  1  wrong usage, or something unexpected
  2  refused, nothing changed: no trading system in the folder, no systemctl, no such unit, no permission
  3  done in part: the engine was restarted and is active, but a step before or after that failed (see PROBLEM)
  4  refused, nothing changed: another rollback is running
  5  the engine did not restart or is not active
HELP
}

# A script or link in ops/model_safety belongs to the trading system above that.
above_model_safety() {
  [[ $1 == */ops/model_safety ]] && printf '%s' "${1%/ops/model_safety}"
}

# Everything that does not depend on systemd; the engine and its override follow.
read_settings() {
  active_timeout=$(whole_number ROLLBACK_ACTIVE_TIMEOUT 110)
  find_root "${BASH_SOURCE[0]}" above_model_safety
  baseline=$(below_root "$root" "${ROLLBACK_BASELINE_WEIGHTS:-data/baseline_model_weights.json}")
  weights=$(below_root "$root" "${ROLLBACK_CANARY_WEIGHTS:-data/qsc_canary_weights.json}")
  generated=$(below_root "$root" "${ROLLBACK_OVERRIDE_GENERATED:-data/systemd_overrides/qsc_canary.conf}")
  canary_log=$(below_root "$root" "${ROLLBACK_CANARY_LOG:-logs/qsc_canary.jsonl}")
  if [[ ! -d $(dirname -- "$baseline") && ! -d $(dirname -- "$weights") && ! -e $generated ]]; then
    stop "$EXIT_REFUSED" "$root is no folder of a trading system: it has no $weights. Nothing was changed. Go to the trading system's folder, or set ROLLBACK_ROOT to it."
  fi
}

# Either the override or the weights bring the engine back, so only where neither can be changed nothing is tried.
check_permission() {
  is_there "$installed" || return 0
  may_change "$installed" || may_change "$weights" ||
    stop "$EXIT_REFUSED" "You may change neither $installed nor $weights. Nothing was changed. Run this as root (sudo), and see that the file system is not read-only."
}

is_there() { [[ -e $1 || -L $1 ]]; }

# The model of the log line: told by the environment, else by the override that is about to go.
find_model() {
  local file line
  model=${ROLLBACK_MODEL:-}
  [[ -z $model ]] || return 0
  for file in "$installed" "$generated"; do
    [[ -f $file && -r $file ]] || continue
    while IFS= read -r line || [[ -n $line ]]; do
      if [[ $line =~ ^Environment=\"?QSC_CANARY_MODEL=([^\"]*) ]]; then
        model=${BASH_REMATCH[1]}
        return
      fi
    done <"$file"
  done
}

# remove_override KIND FILE
remove_override() {
  if ! is_there "$2"; then
    say "The $1 override is gone already: $2"
  elif [[ $dry_run == yes ]]; then
    say "Would remove the $1 override $2"
  elif rm -f -- "$2"; then
    sync -- "$(dirname -- "$2")" || true
    say "Removed the $1 override $2"
  else
    problem "The $1 override $2 could not be removed. Remove it by hand (sudo rm), then run this again."
  fi
}

restore_weights() {
  local why
  if ! why=$(holds_weights "$baseline"); then
    problem "The baseline weights $baseline are not usable: $why. $weights was left as it is. Put the baseline back from a backup, then run this again."
  elif same_content "$baseline" "$weights"; then
    say "The baseline weights are in place already: $weights"
    baseline_restored=true
  elif [[ $dry_run == yes ]]; then
    say "Would replace $weights with the baseline weights $baseline"
  elif replace_atomically "$baseline" "$weights" holds_weights; then
    say "Replaced $weights with the baseline weights $baseline"
    baseline_restored=true
  else
    problem "$weights could not be replaced (see above). Copy $baseline over it by hand (sudo cp), then run this again."
  fi
}

restart_engine() {
  local why
  if [[ $dry_run == yes ]]; then
    say "Would let systemd read its units again, restart $engine_unit and wait up to $active_timeout s until it is active"
    return
  fi
  systemctl_run daemon-reload ||
    problem "systemd did not read its units again (systemctl daemon-reload), so $engine_unit may start with the override once more."
  if why=$(restart_unit "$engine_unit" "$active_timeout"); then
    say "Restarted $engine_unit; it is active"
  else
    engine_active=no
    problem "$engine_unit is not active after its restart: $why. Look at: systemctl status $engine_unit; journalctl -u $engine_unit -n 50"
  fi
}

write_log() {
  local violations='' line
  if [[ $dry_run == yes ]]; then
    say "Would add a line rollback_executed to $canary_log"
    return
  fi
  [[ -z ${ROLLBACK_REASON:-} ]] || violations=$(json_string "$ROLLBACK_REASON")
  line=$(
    printf '{"action":"rollback_executed","timestamp":"%s","canary_model":%s,"violations":[%s],"trigger":%s,"baseline_restored":%s,"engine_active":%s,"rollback_id":%s}' \
      "$(utc_now)" "$(json_string "$model")" "$violations" "$(json_string "${ROLLBACK_TRIGGER:-manual}")" \
      "$baseline_restored" "$([[ $engine_active == yes ]] && printf true || printf false)" \
      "$(json_string "${ROLLBACK_ID:-}")"
  )
  if append_line "$canary_log" "$line"; then
    say "Added a line rollback_executed to $canary_log"
  else
    problem "The rollback could not be written to $canary_log (see above)."
  fi
}

main() {
  read_arguments "$@"
  read_settings
  # Before anything is asked, so that a second rollback is told at once.
  [[ $dry_run == yes ]] || take_lock "$root"
  find_engine
  installed=$(below_root "$root" "${ROLLBACK_OVERRIDE_INSTALLED:-/etc/systemd/system/$engine_unit.d/qsc_canary.conf}")
  check_permission
  find_model

  baseline_restored=false
  engine_active=yes
  remove_override installed "$installed"
  remove_override generated "$generated"
  restore_weights
  restart_engine
  write_log

  if [[ $dry_run == yes ]]; then
    say "Nothing was changed."
  elif [[ $engine_active == no ]]; then
    stop "$EXIT_ENGINE" "The engine $engine_unit is NOT running as it should. ${#problems[@]} problem(s), see above."
  elif ((${#problems[@]} > 0)); then
    stop "$EXIT_INCOMPLETE" "Rolled back in part; ${#problems[@]} problem(s), see above."
  else
    say "Rolled back."
  fi
}

# A function, called last: bash has read all of it before anything happens.
main "$@"
