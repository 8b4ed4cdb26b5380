#!/bin/bash -p
# Rolls a calibration of the trading engine back to the configuration from before it. See --help. (-p: takes no functions
# and no start-up file from the environment.)
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

real_script=$(readlink -f -- "${BASH_SOURCE[0]}")
scripts=$(dirname -- "$real_script")
if [[ ! -r $scripts/lib.sh || ! -r $scripts/redis.sh || ! -r $scripts/configuration.sh ]]; then
  printf 'calibration-rollback: %s lacks lib.sh, redis.sh or configuration.sh. Link to Redline'\''s rollback/calibration.sh instead of copying it: ln -s REDLINE/rollback/calibration.sh rollback_calibration.sh\n' "$scripts" >&2
  exit 2
fi
# shellcheck source=lib.sh
source "$scripts/lib.sh"
# shellcheck source=redis.sh
source "$scripts/redis.sh"
# shellcheck source=configuration.sh
source "$scripts/configuration.sh"
# Read by lib.sh.
# shellcheck disable=SC2034
script_name=calibration-rollback

usage() {
  cat <<'HELP'
Rolls a calibration back: stops the harvest consumer and the engine, archives the failed configuration, puts the backup
from before the calibration in its place, says so in Redis, starts the engine and then the harvest consumer, waits until
both are active, and adds a line rollback_executed to a log. Safe to run twice, and to run again after it was killed: a
configuration that is right already is left alone; the units are restarted each time, since running ones do not show what
they have read.

Usage: calibration.sh [--dry-run | --help]
  --dry-run   say every step, change nothing

Without a backup that is a JSON object it refuses and stops nothing: it could bring nothing better back, and an engine
that is stopped leaves its positions alone in the market. To stop it all the same: systemctl stop UNIT. Where the backup
turns out not to get into place after the units were stopped, they are started again on what was there.

Redis is told if it can be: where it is down, the rollback is done without it, and the last line says so.

Run by hand it needs no environment. Each of these replaces a default; relative paths are below the root:
  ROLLBACK_ROOT                  trading system's folder: the one with a calibration's configuration or backup in config/
                                 where this script or a link to it lies, else the working directory
  ROLLBACK_ENGINE_UNIT           engine's unit: quantum-ai-engine.service, or quantum-ai_engine.service where that is
                                 the one loaded
  ROLLBACK_HARVEST_UNIT          quantum-harvest-consumer.service; none: there is no harvest consumer, and the engine
                                 alone is stopped and started
  ROLLBACK_CALIBRATION_CONFIG    config/calibration_config.json
  ROLLBACK_CALIBRATION_BACKUP    config/calibration_backup.json
  ROLLBACK_CALIBRATION_ARCHIVE   archive, in the folder of the configuration
  ROLLBACK_CALIBRATION_LOG       logs/calibration_rollback.jsonl
  ROLLBACK_SYSTEMCTL             systemctl
  ROLLBACK_TIME_LIMIT            220: seconds that all of it may take; keep it below the time limit of the plan
  ROLLBACK_REASON, ROLLBACK_TRIGGER (manual), ROLLBACK_ID   go into the log line, the reason into Redis too
  ROLLBACK_CALIBRATION_STATUS_KEY     quantum:calibration:status, deleted
  ROLLBACK_CALIBRATION_ROLLBACK_KEY   quantum:calibration:rollback, set to {"timestamp": Unix seconds, "reason": text}
HELP
  redis_usage
  cat <<'HELP'

Exit codes:
  0  done: both units (the engine, where there is no other) are active again, on the backup; whether Redis was told is
     said in the last line
  1  wrong usage, or something unexpected
  2  refused, nothing changed: no trading system in the folder, no usable backup, no systemctl, no such unit, no
     permission
  3  done in part: both units are active, but a step before or after that failed (see PROBLEM)
  4  refused, nothing changed: another rollback is running
  5  one of the units did not start or is not active
HELP
}

# A script or link in a folder with a calibration's files belongs to the trading system in that folder.
beside_config() {
  [[ -e $1/config/calibration_config.json || -e $1/config/calibration_backup.json ]] && printf '%s' "$1"
}

# Everything that does not depend on systemd.
read_settings() {
  time_limit=$(whole_number ROLLBACK_TIME_LIMIT 220)
  find_root "${BASH_SOURCE[0]}" beside_config
  config=$(below_root "$root" "${ROLLBACK_CALIBRATION_CONFIG:-config/calibration_config.json}")
  backup=$(below_root "$root" "${ROLLBACK_CALIBRATION_BACKUP:-config/calibration_backup.json}")
  archive=$(below_root "$root" "${ROLLBACK_CALIBRATION_ARCHIVE:-$(dirname -- "$config")/archive}")
  log=$(below_root "$root" "${ROLLBACK_CALIBRATION_LOG:-logs/calibration_rollback.jsonl}")
  status_key=${ROLLBACK_CALIBRATION_STATUS_KEY:-quantum:calibration:status}
  mark_key=${ROLLBACK_CALIBRATION_ROLLBACK_KEY:-quantum:calibration:rollback}
  reason=${ROLLBACK_REASON:-rolled back by hand}
  if [[ ! -d $(dirname -- "$config") && ! -e $backup ]]; then
    stop "$EXIT_REFUSED" "$root is no folder of a trading system: it has no $config. Nothing was changed. Go to the trading system's folder, or set ROLLBACK_ROOT to it."
  fi
}

# Sets harvest_unit and harvest_there: yes; no where it should be and is not; none where the trading system has none.
find_harvest() {
  local state
  if [[ ${ROLLBACK_HARVEST_UNIT:-} == none ]]; then
    harvest_unit=none
    harvest_there=none
    say "There is no harvest consumer here; the engine alone is stopped and started"
    return
  fi
  harvest_unit=$(unit_name ROLLBACK_HARVEST_UNIT "${ROLLBACK_HARVEST_UNIT:-quantum-harvest-consumer.service}")
  harvest_there=yes
  state=$(unit_property "$harvest_unit" LoadState) || state=unknown
  case $state in
    not-found | masked)
      harvest_there=no
      problem "The harvest consumer's unit $harvest_unit is $state here; the engine is rolled back without it. Set ROLLBACK_HARVEST_UNIT to its unit (systemctl list-units 'quantum*')."
      ;;
  esac
}

# Whatever ends this script once a unit was told to stop: the engine and the harvest consumer do not stay down for it.
start_what_was_stopped() {
  [[ $stopped == yes ]] || return 0
  warn "Ended before both units were started again; they are started now. Run this again."
  systemctl_run start --no-block "$engine_unit" || true
  [[ $harvest_there != yes ]] || systemctl_run start --no-block "$harvest_unit" || true
}

# stop_one WHAT UNIT SECONDS: stops it, and adds it to refused where systemd does not do so.
stop_one() {
  local why code=0
  why=$(stop_unit "$2" "$3") || code=$?
  case $code in
    0) say "Stopped the $1 $2" ;;
    2) say "The $1 $2 takes longer to stop than $3 s; going on while systemd ends it" ;;
    *) refused+=("The $1 $2 could not be stopped: $why.") ;;
  esac
}

stop_units() {
  local -a refused=()
  local told=1 text
  if [[ $dry_run == yes ]]; then
    [[ $harvest_there != yes ]] || say "Would stop the harvest consumer $harvest_unit"
    say "Would stop the engine $engine_unit"
    return
  fi
  trap start_what_was_stopped EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  stopped=yes
  # The harvest consumer acts on what the engine decides, so it goes first; a slow one must not keep the engine going.
  if [[ $harvest_there == yes ]]; then
    told=2
    stop_one 'harvest consumer' "$harvest_unit" $((time_limit / 8 + 1))
  fi
  stop_one engine "$engine_unit" "$(left_until $((time_limit * 9 / 20)))"
  if ((${#refused[@]} == told)); then
    stopped=no
    drop_staged "$config"
    stop "$EXIT_REFUSED" "${refused[*]} Nothing was changed. Run this as root (sudo)."
  fi
  for text in "${refused[@]}"; do problem "$text"; done
}

# left_until SECOND: prints the seconds left until that second of the script's life, at least 5.
left_until() {
  local -r left=$(($1 - SECONDS))
  printf '%s' $((left > 5 ? left : 5))
}

tell_redis() {
  if [[ $dry_run == yes ]]; then
    say "Would delete $status_key and set $mark_key in Redis ($(redis_describe))"
    reach_redis || say "As it is now, Redis would not be told: $redis_answer"
  elif [[ $config_restored != true ]]; then
    say "Redis is left as it is, since the calibration is still in place"
  elif reach_redis && write_redis; then
    say "Deleted $status_key and set $mark_key in Redis ($(redis_describe))"
    redis_updated=true
  else
    warn "NOT IN REDIS ($(redis_describe)): $redis_answer. Going on without it. When it answers, see that $status_key does not say that the calibration is loaded, or delete it."
  fi
}

# Each on its own, as what can be said should be; the mark last, so that it stands for both.
write_redis() {
  local -r mark="{\"timestamp\": $EPOCHSECONDS, \"reason\": $(json_string "$reason")}"
  ask_redis '[0-9]+' DEL "$status_key" && ask_redis OK SET "$mark_key" "$mark"
}

# start_one WHAT UNIT SECOND: (re)starts it and waits until it is active, at most until that second of the script's life.
start_one() {
  local limit why
  if [[ $dry_run == yes ]]; then
    say "Would start the $1 $2 and wait until it is active"
    return
  fi
  limit=$(left_until "$3")
  # Also a unit that did not stop, or that something else has started meanwhile, must not go on with what it has read.
  if why=$(restart_unit "$2" "$limit"); then
    say "Started the $1 $2; it is active"
  else
    units_active=no
    problem "The $1 $2 is not active: $why. Look at: systemctl status $2; journalctl -u $2 -n 50"
  fi
}

start_units() {
  if [[ $harvest_there == yes ]]; then
    start_one engine "$engine_unit" $((time_limit * 9 / 10))
    start_one 'harvest consumer' "$harvest_unit" "$time_limit"
  else
    start_one engine "$engine_unit" "$time_limit"
  fi
  stopped=no
}

write_log() {
  local line
  if [[ $dry_run == yes ]]; then
    say "Would add a line rollback_executed to $log"
    return
  fi
  line=$(
    printf '{"action":"rollback_executed","timestamp":"%s","reason":%s,"trigger":%s,"config_restored":%s,"archived":%s,"redis_updated":%s,"units_active":%s,"rollback_id":%s}' \
      "$(utc_now)" "$(json_string "$reason")" "$(json_string "${ROLLBACK_TRIGGER:-manual}")" \
      "$config_restored" "$([[ -n $archived ]] && json_string "$archived" || printf null)" "$redis_updated" \
      "$([[ $units_active == yes && $harvest_there != no ]] && printf true || printf false)" \
      "$(json_string "${ROLLBACK_ID:-}")"
  )
  if append_line "$log" "$line"; then
    say "Added a line rollback_executed to $log"
  else
    problem "The rollback could not be written to $log (see above)."
  fi
}

main() {
  read_arguments "$@"
  read_settings
  # Before anything is asked, so that a second rollback is told at once.
  [[ $dry_run == yes ]] || take_lock "$root"
  find_engine
  find_harvest
  check_backup
  prepare_restore

  stopped=no
  config_restored=false
  archived=''
  redis_updated=false
  units_active=yes
  stop_units
  restore_config
  tell_redis
  start_units
  verify_config
  write_log

  if [[ $dry_run == yes ]]; then
    say "Nothing was changed."
  elif [[ $units_active == no ]]; then
    stop "$EXIT_ENGINE" "Not all units are running as they should. ${#problems[@]} problem(s), see above."
  elif ((${#problems[@]} > 0)); then
    stop "$EXIT_INCOMPLETE" "Rolled back in part; ${#problems[@]} problem(s), see above."
  elif [[ $redis_updated == false ]]; then
    say "Rolled back, but Redis was not told (see above)."
  else
    say "Rolled back."
  fi
}

# A function, called last: bash has read all of it before anything happens.
main "$@"
