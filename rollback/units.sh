# shellcheck shell=bash
# Units of systemd: asked about, stopped and restarted within a time. Sourced by lib.sh.

# systemctl_run ARG...: the configured systemctl, within the seconds of SYSTEMCTL_LIMIT and in the caller's process group.
systemctl_run() {
  timeout --foreground "${SYSTEMCTL_LIMIT:-20}" "${ROLLBACK_SYSTEMCTL:-systemctl}" "$@" </dev/null 9<&-
}

# unit_property UNIT NAME: prints the property's value; fails where systemd does not answer.
unit_property() {
  local answer
  answer=$(systemctl_run show -p "$2" "$1") || return 1
  printf '%s' "${answer#"$2"=}"
}

# first_loaded UNIT...: prints the first that systemd has loaded, else the first.
first_loaded() {
  local unit
  for unit in "$@"; do
    if [[ $(unit_property "$unit" LoadState || true) == loaded ]]; then
      printf '%s' "$unit"
      return
    fi
  done
  printf '%s' "$1"
}

# require_systemctl: ends the script where there is no systemctl.
require_systemctl() {
  local -r systemctl=${ROLLBACK_SYSTEMCTL:-systemctl}
  command -v -- "$systemctl" >/dev/null ||
    stop "$EXIT_REFUSED" "$systemctl is not there or cannot be run. Nothing was changed. Set ROLLBACK_SYSTEMCTL to the program that restarts units."
}

# unit_name SETTING NAME: prints NAME with .service; ends the script where NAME, of the setting SETTING, is none of a unit.
unit_name() {
  [[ $2 =~ ^[A-Za-z0-9:_.@\\][A-Za-z0-9:_.@\\-]*$ ]] ||
    stop "$EXIT_USAGE" "$1 is \"$2\"; that is no name of a unit."
  if [[ $2 == *.service ]]; then printf '%s' "$2"; else printf '%s.service' "$2"; fi
}

# find_engine: sets engine_unit; ends the script where there is none to restart: nothing that is changed would reach it.
find_engine() {
  local state
  require_systemctl
  engine_unit=$(unit_name ROLLBACK_ENGINE_UNIT \
    "${ROLLBACK_ENGINE_UNIT:-$(first_loaded quantum-ai-engine.service quantum-ai_engine.service)}")
  state=$(unit_property "$engine_unit" LoadState) ||
    stop "$EXIT_REFUSED" "systemd does not answer ${ROLLBACK_SYSTEMCTL:-systemctl} (see above). Nothing was changed. Is this the engine's machine, and may you ask it (sudo)?"
  case $state in
    not-found | masked)
      stop "$EXIT_REFUSED" "The unit $engine_unit is $state here, so no engine can be restarted. Nothing was changed. Set ROLLBACK_ENGINE_UNIT to the engine's unit (systemctl list-units 'quantum*'), or run this on its machine."
      ;;
  esac
}

# stop_unit UNIT SECONDS: stops UNIT. Fails with 1 where systemd refuses, and prints why; with 2 where it is told but not
# done yet: it goes on by itself, and kills what does not end.
stop_unit() {
  local answer code=0
  answer=$(SYSTEMCTL_LIMIT=$2 systemctl_run stop "$1" 2>&1) || code=$?
  case $code in
    0) ;;
    124) return 2 ;;
    *)
      printf '%s' "${answer:-systemctl stop failed with $code and did not say why}"
      return 1
      ;;
  esac
}

# restart_unit UNIT SECONDS: restarts UNIT and waits until the same run of it has been active for a second; prints why not.
restart_unit() {
  local -r unit=$1 limit=$2 deadline=$((SECONDS + $2))
  # systemctl waits for a slow engine to stop, and what it has asked for goes on when it is ended itself: the last
  # seconds are for looking at the unit.
  local -r patience=$((limit - (limit > 20 ? 10 : limit / 2)))
  local before answer='' code=0 state run steady=0 seen=''
  before=$(unit_property "$unit" InvocationID 2>/dev/null || true)
  # A unit that crashed too often is refused a start until its counter is cleared; a bad change can do just that.
  systemctl_run reset-failed "$unit" >/dev/null 2>&1 || true
  answer=$(SYSTEMCTL_LIMIT=$patience systemctl_run restart "$unit" 2>&1) || code=$?
  if ((code != 0 && code != 124)); then
    printf '%s' "${answer:-systemctl restart failed with $code and did not say why}"
    return 1
  fi
  while :; do
    state=$(systemctl_run is-active "$unit" 2>/dev/null || true)
    run=$(unit_property "$unit" InvocationID 2>/dev/null || true)
    if [[ $state == active && $run == "$seen" ]]; then steady=$((steady + 1)); else steady=0; fi
    # Nobody said that the restart is done: the run from before it proves nothing.
    if ((code == 124)) && [[ $run == "$before" ]]; then steady=0; fi
    seen=$run
    ((steady >= 5)) && return 0
    # A unit that had to be killed is failed for a moment, between its stop and its start.
    if [[ $state == failed && $code == 0 ]]; then
      printf 'it is failed'
      return 1
    fi
    if ((SECONDS >= deadline)); then
      printf 'it did not restart and stay active within %s s; it is %s' "$limit" "${state:-of unknown state}"
      return 1
    fi
    sleep 0.2
  done
}
