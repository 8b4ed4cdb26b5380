# shellcheck shell=bash
# What the four methods of the rollback `go-live` share: the trading system's marker and configuration, what a rollback
# leaves in them and in the log, and how a method says how it went. Sourced by go-live-*.sh, after lib.sh; scripts is the
# folder of these. A script sets method, its name, and state with state_text: whether what it is to reach is so (reached,
# missed, or unknown), and that in words; and QUESTION: longest time for one question to the configuration or the backend,
# seconds, of the little that its method has.
#
# What is set outside of this file, or read there.
# shellcheck disable=SC2034,SC2153,SC2154

# Shown by the scripts' --help.
readonly GO_LIVE_SETTINGS='  ROLLBACK_ROOT            trading system'\''s folder: the one where this script or a link to it lies, where that has one of
                           the files below or scripts/go_live_deactivate.py, else the working directory, which must have
                           one
  ROLLBACK_GO_LIVE_MARKER  go_live.active: while it is there real trading is on
  ROLLBACK_GO_LIVE_CONFIG  config/go_live.yaml
  ROLLBACK_GO_LIVE_LOG     logs/go_live_rollback.jsonl
  ROLLBACK_NODE            node: runs programs of Redline, which must be built
  ROLLBACK_QUESTION_TIMEOUT  seconds that one of them may take, 3 to 20 as the method has time: reading or writing the
                           configuration, or asking the backend
  ROLLBACK_LOCK_TIMEOUT    seconds that it waits for another rollback of the folder to end: marker 2, ess and deactivate
                           10, config 60
  ROLLBACK_REASON, ROLLBACK_OPERATOR, ROLLBACK_TRIGGER (manual), ROLLBACK_DEPLOYMENT, ROLLBACK_ID   are told or logged'

# The marker, and what else only a trading system that goes live has.
go_live_files=("${ROLLBACK_GO_LIVE_MARKER:-go_live.active}" "${ROLLBACK_GO_LIVE_CONFIG:-config/go_live.yaml}"
  scripts/go_live_deactivate.py)

# A script or link beside what a go-live needs belongs to the trading system in that folder.
has_go_live() {
  local file
  for file in "${go_live_files[@]}"; do
    if [[ $file != /* ]] && is_there "$1/$file"; then
      printf '%s' "$1"
      return
    fi
  done
  return 1
}

is_there() { [[ -e $1 || -L $1 ]]; }

# marker_state: prints there, gone, or unknown, and then says why on standard error. What cannot be looked at, as in a folder
# that may not be searched, is not gone.
marker_state() {
  local why
  if why=$(stat -- "$marker" 2>&1 >/dev/null); then
    printf there
  elif [[ $why == *': No such file or directory' || $why == *': Not a directory' ]]; then
    printf gone
  else
    warn "$why"
    printf unknown
  fi
}

# read_go_live_settings SCRIPT: takes them from the environment. A folder that merely happens to be the working directory
# has no marker either, and must not pass for a trading system that is off.
read_go_live_settings() {
  find_root "$1" has_go_live
  [[ -n ${ROLLBACK_ROOT:-} ]] || has_go_live "$root" >/dev/null ||
    stop "$EXIT_REFUSED" "$root is no folder of a trading system that goes live: it has none of ${go_live_files[*]}. Nothing was changed. Go to the trading system's folder, or set ROLLBACK_ROOT to it."
  marker=$(below_root "$root" "${ROLLBACK_GO_LIVE_MARKER:-go_live.active}")
  config=$(below_root "$root" "${ROLLBACK_GO_LIVE_CONFIG:-config/go_live.yaml}")
  log=$(below_root "$root" "${ROLLBACK_GO_LIVE_LOG:-logs/go_live_rollback.jsonl}")
  reason=${ROLLBACK_REASON:-rolled back by hand}
  operator=${ROLLBACK_OPERATOR:-}
  question=$(whole_number ROLLBACK_QUESTION_TIMEOUT "$QUESTION")
  command_exit=null
  recorded=false
  locked=true
  state=unknown
  state_text='not looked at'
}

# read_method_arguments ARG...: sets dry_run and only_check.
read_method_arguments() {
  only_check=no
  if [[ $# == 1 && $1 == --check ]]; then
    only_check=yes
    shift
  fi
  read_arguments "$@"
}

# node_program NAME ARG...: runs dist/rollback/NAME.js of Redline within a time.
node_program() {
  local -r name=$1 node=${ROLLBACK_NODE:-node}
  local -r helper=$scripts/../dist/rollback/$name.js
  local code=0
  shift
  if ! command -v -- "$node" >/dev/null || [[ ! -r $helper ]]; then
    warn "There is no node (ROLLBACK_NODE), or Redline is not built."
    return 1
  fi
  timeout --foreground --kill-after=1 "$question" "$node" "$helper" "$@" </dev/null 9<&- || code=$?
  ((code != 124 && code != 137)) || warn "$name.js does not answer in $question s."
  return "$code"
}

# activation_enabled: prints what the configuration says: true, false, absent or other; fails where nobody can tell, and says
# why on standard error.
activation_enabled() { node_program go-live-settings "$config" activation_enabled; }

# set_in_config NAME VALUE...: puts each VALUE, written as JSON, under its NAME into the configuration, in one step, and
# leaves everything else in it byte for byte as it is; fails where it cannot, and says why on standard error.
set_in_config() {
  local edited
  # A mark behind it keeps the line breaks at its end.
  edited=$(node_program go-live-settings "$config" "$@" && printf x) || return 1
  edited=${edited%x}
  ! holds_text "$edited" "$config" || return 0
  if [[ -L $config ]]; then
    warn "$config is a link; a file takes its place, and what it led to stays as it is."
  fi
  replace_atomically <(printf '%s' "$edited") "$config" holds_text "$edited"
}

# holds_text TEXT FILE: true when FILE holds exactly TEXT.
holds_text() { [[ $(cat -- "$2" && printf x) == "${1}x" ]]; }

# what_happened: prints what the configuration keeps of a rollback, as names and values for set_in_config, each on a line.
what_happened() {
  printf '%s\n' last_rollback_timestamp "\"$(utc_now)\"" last_rollback_reason "$(json_string "$reason")"
}

# record_rollback: writes into the configuration that there was one, unless that is done, and into the log how it went.
# Neither fails a method: whether real trading is off is all that counts, and what cannot be written is said. The
# configuration is another rollback's where that has the lock.
record_rollback() {
  local -a words
  if [[ $locked == false ]]; then
    warn "NOT RECORDED in $config: another rollback of $root is running"
  elif [[ $recorded == false ]]; then
    mapfile -t words < <(what_happened)
    if set_in_config "${words[@]}"; then
      recorded=true
      say "Wrote last_rollback_timestamp and last_rollback_reason into $config"
    else
      warn "NOT RECORDED in $config (see above)"
    fi
  fi
  if append_line "$log" "$(log_line)"; then
    say "Added a line rollback_executed to $log"
  else
    warn "NOT RECORDED in $log (see above)"
  fi
}

log_line() {
  printf '{"action":"rollback_executed","method":"%s","timestamp":"%s","reason":%s,"operator":%s,"trigger":%s,"deployment":%s,"command_exit":%s,"state":"%s","outcome":"%s","recorded":%s,"rollback_id":%s}' \
    "$method" "$(utc_now)" "$(json_string "$reason")" "$(json_string "$operator")" \
    "$(json_string "${ROLLBACK_TRIGGER:-manual}")" "$(json_string "${ROLLBACK_DEPLOYMENT:-}")" "$command_exit" \
    "$state" "$(method_outcome)" "$recorded" "$(json_string "${ROLLBACK_ID:-}")"
}

# method_outcome: prints how it went, in a word.
method_outcome() {
  if [[ $state == missed ]]; then
    printf failed
  elif [[ $state == unknown ]] || ((${#problems[@]} > 0)); then
    printf incomplete
  else
    printf 'done'
  fi
}

# finish_check: ends the script with what --check says.
finish_check() {
  case $state in
    reached)
      say "$state_text"
      exit "$EXIT_DONE"
      ;;
    missed) stop "$EXIT_ENGINE" "$state_text" ;;
    *) stop "$EXIT_INCOMPLETE" "Nobody can tell: $state_text" ;;
  esac
}

# finish_method: ends the script with how it went.
finish_method() {
  case $(method_outcome) in
    'done') say "Rolled back: $state_text." ;;
    failed) stop "$EXIT_ENGINE" "NOT rolled back: $state_text." ;;
    *)
      [[ $state != unknown ]] || stop "$EXIT_INCOMPLETE" "NOT known to be rolled back: $state_text."
      stop "$EXIT_INCOMPLETE" "Rolled back in part: $state_text."
      ;;
  esac
}

# with_order WORD...: sets command to the words; a word that is just {reason} or {operator} becomes that.
with_order() {
  local word
  command=()
  for word in "$@"; do
    case $word in
      '{reason}') word=$(as_value "$reason" && printf x) && word=${word%x} ;;
      '{operator}') word=$(as_value "$operator" && printf x) && word=${word%x} ;;
    esac
    command+=("$word")
  done
}

# as_value TEXT: prints it so that a program does not take it for an option of its own, as it would with a dash before it.
as_value() {
  if [[ $1 == -* ]]; then printf ' %s' "$1"; else printf '%s' "$1"; fi
}

say_records() {
  say "Would write last_rollback_timestamp and last_rollback_reason into $config"
  say "Would add a line rollback_executed to $log"
  say "Nothing was changed."
}
