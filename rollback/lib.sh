# shellcheck shell=bash source-path=SCRIPTDIR
# What every rollback script shares: words to people, settings and the lock; files, units of systemd and JSON stand in
# files of their own, which this one brings along.
# Sourced, never run. Needs bash 5, coreutils and util-linux. What stands in the environment is data: nothing here
# evaluates it, and a number from it is checked before bash calculates with it.

# Bytes, not characters: the same on every machine, and text that is not UTF-8 can be told from text that is.
export LC_ALL=C
# A closed terminal or a reader that went away must not leave a rollback half done.
trap '' HUP PIPE
unset CDPATH

# The exit codes of every rollback script; used by the scripts.
# shellcheck disable=SC2034
readonly EXIT_DONE=0 EXIT_USAGE=1 EXIT_REFUSED=2 EXIT_INCOMPLETE=3 EXIT_LOCKED=4 EXIT_ENGINE=5

script_name=rollback
# What could not be done, one entry each; anything in it makes the rollback incomplete.
problems=()
# Longest wait for another rollback to end, seconds; a script that may wait sets it.
LOCK_PATIENCE=0

say() { printf '%s: %s\n' "$script_name" "$*" 2>/dev/null || true; }
warn() { printf '%s: %s\n' "$script_name" "$*" >&2 2>/dev/null || true; }

# stop CODE TEXT: ends the script.
stop() {
  local -r code=$1
  shift
  warn "$*"
  exit "$code"
}

# problem TEXT: something was not done; the script goes on, since most of a rollback is better than none.
problem() {
  problems+=("$*")
  warn "PROBLEM: $*"
}

# trading_root SCRIPT ROOT_OF: prints the trading system's folder for a script that was started as SCRIPT. ROLLBACK_ROOT;
# else what ROOT_OF, a command, makes of the folder of SCRIPT, or of a link on the way to it: it prints the root, or fails
# where the folder is none of a trading system; else the working directory.
trading_root() {
  local link=$1 folder
  if [[ -n ${ROLLBACK_ROOT:-} ]]; then
    printf '%s' "$ROLLBACK_ROOT"
    return
  fi
  while :; do
    folder=$(cd "$(dirname -- "$link")" && pwd)
    if "$2" "$folder"; then return; fi
    [[ -L $link ]] || break
    link=$(readlink -- "$link")
    [[ $link == /* ]] || link=$folder/$link
  done
  pwd
}

# find_root SCRIPT ROOT_OF: sets root, absolute; ends the script where it is no folder.
find_root() {
  root=$(trading_root "$1" "$2")
  [[ -d $root ]] ||
    stop "$EXIT_REFUSED" "The trading system's folder $root does not exist. Set ROLLBACK_ROOT to it."
  root=$(cd -- "$root" && pwd)
}

# read_arguments ARG...: sets dry_run; --help calls usage.
# shellcheck disable=SC2034
read_arguments() {
  dry_run=no
  while (($# > 0)); do
    case $1 in
      --dry-run) dry_run=yes ;;
      -h | --help)
        usage
        exit "$EXIT_DONE"
        ;;
      *) stop "$EXIT_USAGE" "\"$1\" is no option of this script. It takes --dry-run and --help." ;;
    esac
    shift
  done
}

# below_root ROOT PATH: prints PATH, taken from ROOT where it is relative.
below_root() {
  if [[ $2 == /* ]]; then printf '%s' "$2"; else printf '%s/%s' "$1" "$2"; fi
}

# whole_number NAME DEFAULT: prints the setting NAME of the environment; it must be 1 to 9999.
whole_number() {
  local -r value=${!1:-$2}
  [[ $value =~ ^[1-9][0-9]{0,3}$ ]] ||
    stop "$EXIT_USAGE" "$1 is \"$value\"; it must be a whole number of seconds from 1 to 9999."
  printf '%s' "$value"
}

# take_lock FOLDER: no second rollback in FOLDER until this script has ended, however it ends. The folder itself is
# locked, so nothing is written and nothing is left behind; programs that are started must not inherit descriptor 9.
take_lock() {
  exec 9<"$1" || stop "$EXIT_REFUSED" "$1 cannot be opened. Run this as a user who may read it (sudo)."
  wait_for_lock "$1" ||
    stop "$EXIT_LOCKED" "Another rollback of $1 is running. Nothing was changed; wait until it has ended and look at its result."
}

# wait_for_lock FOLDER: locks it, opened as descriptor 9, once another rollback has ended; fails where it has not in time.
wait_for_lock() {
  ! flock --nonblock 9 || return 0
  ((LOCK_PATIENCE > 0)) || return 1
  warn "Another rollback of $1 is running; waiting up to $LOCK_PATIENCE s for its end."
  flock --timeout "$LOCK_PATIENCE" 9
}

# utc_now: prints the time as 2026-01-10T12:00:00Z.
utc_now() { TZ=UTC0 printf '%(%Y-%m-%dT%H:%M:%SZ)T' -1; }

library=$(dirname -- "${BASH_SOURCE[0]}")
# shellcheck source=json.sh
source "$library/json.sh"
# shellcheck source=files.sh
source "$library/files.sh"
# shellcheck source=units.sh
source "$library/units.sh"
