# shellcheck shell=bash
# What every rollback script shares: words to people, the lock, atomic replacement, the log, and units of systemd.
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
# Longest text (bytes) that goes into one field of the log.
readonly LONGEST_TEXT=8192

script_name=rollback
# What could not be done, one entry each; anything in it makes the rollback incomplete.
problems=()

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

# trading_root SCRIPT: prints the trading system's folder for a script that was started as SCRIPT. ROLLBACK_ROOT; else,
# where SCRIPT or a link on the way to it lies in ops/model_safety, the folder above that; else the working directory.
trading_root() {
  local link=$1 folder
  if [[ -n ${ROLLBACK_ROOT:-} ]]; then
    printf '%s' "$ROLLBACK_ROOT"
    return
  fi
  while :; do
    folder=$(cd "$(dirname -- "$link")" && pwd)
    if [[ $folder == */ops/model_safety ]]; then
      printf '%s' "${folder%/ops/model_safety}"
      return
    fi
    [[ -L $link ]] || break
    link=$(readlink -- "$link")
    [[ $link == /* ]] || link=$folder/$link
  done
  pwd
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
  flock --nonblock 9 ||
    stop "$EXIT_LOCKED" "Another rollback of $1 is running. Nothing was changed; wait until it has ended and look at its result."
}

# same_content A B: true when both can be read and hold the same bytes.
same_content() {
  local a b
  [[ -f $1 && -f $2 ]] || return 1
  a=$(sha256sum <"$1") && b=$(sha256sum <"$2") && [[ $a == "$b" ]]
}

# may_change FILE: true when FILE can be replaced or removed. Root passes every permission but no read-only file system.
may_change() {
  local -r folder=$(dirname -- "$1")
  [[ -d $folder && -w $folder && -x $folder ]]
}

# replace_atomically SOURCE TARGET CHECK...: TARGET gets SOURCE's bytes in one step that survives a power cut, and keeps its
# mode and owner (SOURCE's where there was no TARGET). The copy must pass CHECK, a command that gets its path. One name
# for the copy is enough under the lock, and what a killed run left there is overwritten.
replace_atomically() {
  local -r source=$1 target=$2 folder=$(dirname -- "$2")
  local -r copy=$folder/.$(basename -- "$2").rollback
  shift 2
  local reference=$source
  [[ -f $target ]] && reference=$target
  {
    rm -f -- "$copy" &&
      (set -o noclobber && umask 077 && cat -- "$source" >"$copy") &&
      "$@" "$copy" &&
      chmod --reference="$reference" -- "$copy" &&
      { ((EUID != 0)) || chown --reference="$reference" -- "$copy"; } &&
      sync -- "$copy" &&
      mv -fT -- "$copy" "$target" &&
      sync -- "$folder"
  } || {
    rm -f -- "$copy" || true
    return 1
  }
}

# json_string TEXT: prints TEXT as a JSON string, at most LONGEST_TEXT bytes of it; what is not UTF-8 becomes U+FFFD.
json_string() {
  local -r text=${1:0:LONGEST_TEXT}
  local -r well_formed=$'^([\x01-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})'
  local rest=$text escaped='' code control
  while [[ -n $rest ]]; do
    if [[ $rest =~ $well_formed ]]; then
      escaped+=${BASH_REMATCH[1]}
      rest=${rest:${#BASH_REMATCH[1]}}
    else
      escaped+=$'\xef\xbf\xbd'
      rest=${rest:1}
    fi
  done
  escaped=${escaped//\\/\\\\}
  escaped=${escaped//\"/\\\"}
  for code in {1..31} 127; do
    printf -v control '%b' "$(printf '\\x%02x' "$code")"
    [[ $escaped == *"$control"* ]] || continue
    escaped=${escaped//"$control"/$(printf '\\u%04x' "$code")}
  done
  printf '"%s"' "$escaped"
}

# append_line FILE LINE: adds LINE in a single write, durably; after a torn last line it starts on a new one.
append_line() {
  local -r file=$1 line=$2
  local lead=''
  mkdir -p -- "$(dirname -- "$file")" || return 1
  if [[ -s $file && -n $(tail -c 1 -- "$file") ]]; then lead=$'\n'; fi
  # bash's own >> would cut a long line into several writes.
  printf '%s%s\n' "$lead" "$line" |
    dd of="$file" bs=1M iflag=fullblock oflag=append conv=notrunc,fsync status=none
}

# utc_now: prints the time as 2026-01-10T12:00:00Z.
utc_now() { TZ=UTC0 printf '%(%Y-%m-%dT%H:%M:%SZ)T' -1; }

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

# restart_unit UNIT SECONDS: restarts UNIT and waits until the same run of it has been active for a second; prints why not.
restart_unit() {
  local -r unit=$1 limit=$2 deadline=$((SECONDS + $2))
  # systemctl waits for a slow engine to stop, and what it has asked for goes on when it is ended itself: the last
  # seconds are for looking at the unit.
  local -r patience=$((limit - (limit > 20 ? 10 : limit / 2)))
  local before answer='' code=0 state run steady=0 seen=''
  before=$(unit_property "$unit" InvocationID 2>/dev/null || true)
  # A unit that crashed too often is refused a start until its counter is cleared; a canary can do just that.
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
