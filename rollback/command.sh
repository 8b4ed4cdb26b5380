# shellcheck shell=bash
# The trading system's own command: taken one word a line, run within a time in a process group of its own, and ended with
# all that it has started. Sourced by scripts that run one, after lib.sh; root is the trading system's folder. The script
# sets GRACE and KILL_TAKES: between SIGTERM and SIGKILL, and how long the kernel may take to carry that out, seconds;
# and given_locale: the locale that it was started with.
#
# What is set outside of this file, or read there.
# shellcheck disable=SC2034,SC2154

# command_words SETTING: sets command to the words of the setting SETTING of the environment; fails where it is empty. A line
# break is the one character that no word of a command needs: nothing has to be quoted, so nothing is evaluated.
command_words() {
  [[ -n ${!1:-} ]] || return 1
  mapfile -t command <<<"${!1%$'\n'}"
}

# python_name: prints the name under which this machine has Python.
python_name() {
  if command -v -- python >/dev/null; then printf python; else printf python3; fi
}

# require_command SETTING WHAT: ends the script where the command, WHAT in words, cannot be run from the root.
require_command() {
  (cd -- "$root" && command -v -- "${command[0]}" >/dev/null) ||
    stop "$EXIT_REFUSED" "${command[0]} is not there or cannot be run. Nothing was changed. Set $1 to the command that $2, one word a line."
}

describe_command() {
  local -r text=$(printf ' %q' "${command[@]}")
  printf '%s' "${text# }"
}

# require_script SETTING: ends the script where the second word of the command names a file that is not there, as a script
# behind its interpreter does: the interpreter alone being there proves nothing. An option or an address is no file.
require_script() {
  local -r word=${command[1]:-}
  case $word in
    -* | *://*) return ;;
    */* | *.py | *.sh | *.js) ;;
    *) return ;;
  esac
  (cd -- "$root" && [[ -e $word ]]) ||
    stop "$EXIT_REFUSED" "$word is not there. Nothing was changed. Set $1 to the command as it is run from $root, one word a line."
}

# run_command NAME SECONDS: in the root and in a process group of its own, which ends with its time. Sets command_exit: null
# where it was ended.
run_command() {
  local -r name=$1 limit=$2
  local code=0
  # Whole seconds would cut up to one off it.
  local -r deadline=$((${EPOCHREALTIME/[.,]/} + $2 * 1000000))
  command_exit=null
  say "Running in $root: $(describe_command)"
  trap 'end_command; exit 130' INT
  trap 'end_command; exit 143' TERM
  set -m
  (
    if [[ -n $given_locale ]]; then export LC_ALL=$given_locale; else unset LC_ALL; fi
    cd -- "$root" && exec -- "${command[@]}"
  ) </dev/null 9<&- &
  command_pid=$!
  set +m
  # bash itself would tell in the middle of this that the command was killed.
  while kill -0 "$command_pid" && ((${EPOCHREALTIME/[.,]/} < deadline)); do sleep 0.1; done 2>/dev/null
  if kill -0 "$command_pid" 2>/dev/null; then
    end_command
    problem "The $name command took longer than $limit s and was ended."
  else
    { wait "$command_pid"; } 2>/dev/null || code=$?
    command_exit=$code
    if ((code == 0)); then
      say "The $name command has ended with 0"
    else
      problem "The $name command failed: it ended with $code (see above)."
    fi
  fi
  trap - INT TERM
}

# end_command: SIGTERM to its process group, after the grace SIGKILL.
end_command() {
  # How it ends is no news that bash need tell.
  disown "$command_pid" 2>/dev/null || true
  signal_group TERM || return 0
  if wait_for_group "$GRACE"; then return; fi
  signal_group KILL || return 0
  wait_for_group "$KILL_TAKES" || true
}

signal_group() { kill -s "$1" -- "-$command_pid" 2>/dev/null; }

# wait_for_group SECONDS: true once none of it is left.
wait_for_group() {
  local -r deadline=$((SECONDS + $1))
  while signal_group 0; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}
