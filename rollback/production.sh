#!/bin/bash -p
# Stops a production deployment by the trading system's own rollback command, and proves it. See --help. (-p: takes no
# functions and no start-up file from the environment.)
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

# The trading system's own command gets the locale that this script was given.
given_locale=${LC_ALL:-}

real_script=$(readlink -f -- "${BASH_SOURCE[0]}")
scripts=$(dirname -- "$real_script")
if [[ ! -r $scripts/lib.sh || ! -r $scripts/command.sh || ! -r $scripts/processes.sh || ! -r $scripts/trades.sh ]]; then
  printf 'production-rollback: %s lacks lib.sh, command.sh, processes.sh or trades.sh. Link to Redline'\''s rollback/production.sh instead of copying it: ln -s REDLINE/rollback/production.sh rollback_production.sh\n' "$scripts" >&2
  exit 2
fi
# shellcheck source=lib.sh
source "$scripts/lib.sh"
# shellcheck source=command.sh
source "$scripts/command.sh"
# shellcheck source=processes.sh
source "$scripts/processes.sh"
# shellcheck source=trades.sh
source "$scripts/trades.sh"
# Read by lib.sh.
# shellcheck disable=SC2034
script_name=production-rollback
# Redis is not asked here, so nothing that is started gets its password.
unset ROLLBACK_REDIS_PASSWORD

# Between SIGTERM and SIGKILL, and how long the kernel may take to carry that out, seconds; read by command.sh, too.
readonly GRACE=10 KILL_TAKES=2

usage() {
  cat <<'HELP'
Stops a production deployment: runs the trading system's own rollback command, waits until no process of the deployment is
left, then watches for a while that none comes back and that no trade is opened, and adds a line rollback_executed to a log.
Safe to run twice: the command is run each time, since it alone knows what it undoes beside the process.

Usage: production.sh [--dry-run | --check | --help]
  --dry-run   say every step, change nothing, run nothing of the trading system
  --check     only look whether a process of the deployment is left: exit code 0 none, 5 there is, 3 nobody can tell

The process must go, whatever the command says of itself. The database of trades may be what is broken: where it cannot be
read that is said, and the process alone is the proof.

Run by hand it needs no environment. Each of these replaces a default; relative paths are below the root:
  ROLLBACK_ROOT              trading system's folder: the one with deploy_production.py where this script or a link to it
                             lies, else the working directory; what is run is run there
  ROLLBACK_COMMAND           the command, one word a line, never read by a shell: python (python3 where there is none),
                             deploy_production.py, --rollback
  ROLLBACK_COMMAND_TIMEOUT   60: seconds that it may take; then its process group is ended
  ROLLBACK_PROCESS           extended regular expression: every process of this machine whose command line matches is one
                             of the deployment. Default: those that name a deploy_production.py in the root, or in a
                             folder that this user cannot see
  ROLLBACK_PID_FILE          its process is one of the deployment too
  ROLLBACK_GONE_TIMEOUT      30: seconds that the processes may take to end when the command has
  ROLLBACK_END_PROCESS       yes: what is left then is ended: SIGTERM, after 10 s SIGKILL. Default no: people are told
  ROLLBACK_QUIET_SECONDS     60: how long no process may come back and no trade be opened
  ROLLBACK_DATABASE          data/trading.db, read with sqlite3, where there is none with node; none: there is none
  ROLLBACK_SQLITE            sqlite3; none: use node
  ROLLBACK_NODE              node: runs dist/rollback/newest-trade.js of Redline
  ROLLBACK_PRODUCTION_LOG    logs/production_rollback.jsonl
  ROLLBACK_REASON, ROLLBACK_TRIGGER (manual), ROLLBACK_DEPLOYMENT, ROLLBACK_ID   go into the log line

The time limit of the plan must be longer than all of these together, and a minute more.

Exit codes:
  0  done: the command succeeded, no process is left, and no trade was opened; whether the database could tell is said in
     the last line
  1  wrong usage, or something unexpected
  2  refused, nothing changed: no trading system in the folder, no such command, no /proc
  3  done in part: no process is left and no trade was opened, but the command failed or something else did (see PROBLEM)
  4  refused, nothing changed: another rollback is running
  5  the deployment is NOT stopped: a process is left or came back, or a trade was opened
HELP
}

# A script or link beside the deployment's program belongs to the trading system in that folder.
beside_program() { [[ -e $1/$DEPLOYMENT_PROGRAM ]] && printf '%s' "$1"; }

read_settings() {
  command_timeout=$(whole_number ROLLBACK_COMMAND_TIMEOUT 60)
  gone_timeout=$(whole_number ROLLBACK_GONE_TIMEOUT 30)
  quiet=$(whole_number ROLLBACK_QUIET_SECONDS 60)
  end_process=${ROLLBACK_END_PROCESS:-no}
  [[ $end_process == yes || $end_process == no ]] ||
    stop "$EXIT_USAGE" "ROLLBACK_END_PROCESS is \"$end_process\"; it must be yes or no."
  find_root "${BASH_SOURCE[0]}" beside_program
  log=$(below_root "$root" "${ROLLBACK_PRODUCTION_LOG:-logs/production_rollback.jsonl}")
  reason=${ROLLBACK_REASON:-rolled back by hand}
  read_process_settings
  read_trade_settings
}

# find_command: sets command; ends the script where it cannot be run.
find_command() {
  if ! command_words ROLLBACK_COMMAND; then
    [[ -f $root/$DEPLOYMENT_PROGRAM ]] ||
      stop "$EXIT_REFUSED" "$root is no folder of a trading system: it has no $DEPLOYMENT_PROGRAM. Nothing was changed. Go to the trading system's folder, set ROLLBACK_ROOT to it, or ROLLBACK_COMMAND to its own command."
    command=("$(python_name)" "$DEPLOYMENT_PROGRAM" --rollback)
  fi
  require_command ROLLBACK_COMMAND "stops the deployment"
}

# wait_for_processes SECONDS: true once none of the deployment is left.
wait_for_processes() {
  local -r deadline=$((SECONDS + $1))
  while find_processes && ((${#found[@]} > 0)); do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# see_them_go: sets process_gone: true, false, or null where nobody can tell.
see_them_go() {
  if wait_for_processes "$gone_timeout" || end_processes; then
    process_gone=true
    say "No process of the deployment is left"
  else
    process_gone=false
    problem "The deployment still runs after $gone_timeout s: $(describe_processes). End it by hand: kill ${found[*]}, and kill -KILL ${found[*]} where that does not do it."
    return
  fi
  if are_hidden; then
    process_gone=null
    problem "Only this user's processes can be seen here (hidepid, ProtectProc=), so nobody can tell whether the deployment still runs. Set ROLLBACK_PID_FILE, or let the user see all (ProtectProc=default)."
  fi
}

# end_processes: where that is allowed: SIGTERM to what was found, after the grace SIGKILL; true once none is left.
end_processes() {
  [[ $end_process == yes ]] || return 1
  warn "Still there after $gone_timeout s, and now ended: $(describe_processes)"
  kill -TERM "${found[@]}" 2>/dev/null || true
  wait_for_processes "$GRACE" && return
  kill -KILL "${found[@]}" 2>/dev/null || true
  wait_for_processes "$KILL_TAKES"
}

# watch_quiet: for the quiet time no process may come back and no trade be opened. Sets process_gone, and trades_opened:
# true, false, or null where the database cannot be read.
watch_quiet() {
  local -r begin=$SECONDS
  local first='' now why='' last=no
  say "Watching for $quiet s that no process comes back and no trade is opened"
  while :; do
    # The last look comes after all of the time.
    ((SECONDS - begin < quiet)) || last=yes
    if find_processes && ((${#found[@]} > 0)); then
      process_gone=false
      problem "The deployment came back: $(describe_processes). Find out what has started it (a supervisor, cron), end that, then run this again."
      return
    fi
    if now=$(newest_trade); then
      [[ -n $first ]] || note_first $((SECONDS - begin)) "$why"
      first=${first:-$now}
      why=''
      if is_newer "$first" "$now"; then
        trades_opened=true
        problem "A trade was opened after the process had gone: the newest row of trade_outcomes is ${now%% *}, it was ${first%% *}. Something else trades; stop it by hand."
        return
      fi
    else
      why=$now
    fi
    [[ $last == no ]] || break
    sleep 1
  done
  if [[ -n $first && -z $why ]]; then
    trades_opened=false
    say "No trade was opened: the newest row of trade_outcomes is ${first%% *}"
  else
    warn "TRADES NOT WATCHED: $why. The process alone proves that the deployment is stopped; look at the exchange for open orders."
  fi
}

# note_first SECONDS WHY: says that the database could be read only late.
note_first() {
  (($1 < TRADE_QUESTION * 2)) ||
    warn "The database could be read only $1 s after the process had gone: $2. Trades are watched from now on."
}

# outcome: prints how it went, in a word.
outcome() {
  if is_running; then
    printf running
  elif ((${#problems[@]} > 0)); then
    printf incomplete
  else
    printf stopped
  fi
}

is_running() { [[ $process_gone == false || $trades_opened == true ]]; }

write_log() {
  local line
  line=$(
    printf '{"action":"rollback_executed","timestamp":"%s","reason":%s,"trigger":%s,"deployment":%s,"command_exit":%s,"process_gone":%s,"trades_opened":%s,"outcome":"%s","rollback_id":%s}' \
      "$(utc_now)" "$(json_string "$reason")" "$(json_string "${ROLLBACK_TRIGGER:-manual}")" \
      "$(json_string "${ROLLBACK_DEPLOYMENT:-}")" "$command_exit" "$process_gone" "$trades_opened" "$(outcome)" \
      "$(json_string "${ROLLBACK_ID:-}")"
  )
  if append_line "$log" "$line"; then
    say "Added a line rollback_executed to $log"
  else
    problem "The rollback could not be written to $log (see above)."
  fi
}

say_steps() {
  local now
  say "Would run in $root, for at most $command_timeout s: $(describe_command)"
  find_processes
  if ((${#found[@]} > 0)); then
    say "Would wait up to $gone_timeout s until these are gone: $(describe_processes)"
  elif are_hidden; then
    warn "As it is now, only this user's processes can be seen (hidepid, ProtectProc=): nobody could tell whether the deployment is stopped. Set ROLLBACK_PID_FILE."
  else
    say "As it is now, no process of the deployment runs"
  fi
  say "Would watch for $quiet s that no process comes back and no trade is opened"
  now=$(newest_trade) || warn "As it is now, trades would not be watched: $now"
  say "Would add a line rollback_executed to $log"
  say "Nothing was changed."
}

# check_only: ends the script with what --check says.
check_only() {
  find_processes
  ((${#found[@]} == 0)) || stop "$EXIT_ENGINE" "The deployment runs: $(describe_processes)"
  ! are_hidden ||
    stop "$EXIT_INCOMPLETE" "Only this user's processes can be seen here (hidepid, ProtectProc=). Set ROLLBACK_PID_FILE."
  say "No process of the deployment is left"
  exit "$EXIT_DONE"
}

main() {
  local only_check=no
  if [[ $# == 1 && $1 == --check ]]; then
    only_check=yes
    shift
  fi
  read_arguments "$@"
  read_settings
  [[ $only_check == no ]] || check_only
  # Before anything is asked, so that a second rollback is told at once.
  [[ $dry_run == yes ]] || take_lock "$root"
  find_command
  if [[ $dry_run == yes ]]; then
    say_steps
    return
  fi

  process_gone=null
  trades_opened=null
  run_command rollback "$command_timeout"
  see_them_go
  # While it runs it may trade.
  is_running || watch_quiet
  write_log

  if is_running; then
    stop "$EXIT_ENGINE" "The deployment is NOT stopped. ${#problems[@]} problem(s), see above."
  elif ((${#problems[@]} > 0)); then
    stop "$EXIT_INCOMPLETE" "Rolled back in part; ${#problems[@]} problem(s), see above."
  elif [[ $trades_opened == null ]]; then
    say "Rolled back; trades were not watched (see above)."
  else
    say "Rolled back."
  fi
}

# A function, called last: bash has read all of it before anything happens.
main "$@"
