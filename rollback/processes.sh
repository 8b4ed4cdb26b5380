# shellcheck shell=bash
# Processes of a deployment, found by their command line or by a pid file. Sourced by production.sh, after lib.sh; root is
# the trading system's folder. Needs /proc.
#
# What is set outside of this file, or read there.
# shellcheck disable=SC2034,SC2154

# The program whose processes are the deployment's where nothing else is said.
readonly DEPLOYMENT_PROGRAM=deploy_production.py
# Longest part of a command line that is shown, bytes.
readonly SHOWN_COMMAND=200

# The processes that find_processes found last.
found=()
# Whoever has started this script: their command lines name it, so that a pattern may match them.
ancestors=' '
# The process of the pid file before anything was done: the file may go with it.
first_pid=''
first_run=''

# read_process_settings: takes them from the environment.
read_process_settings() {
  local code=0
  process_pattern=${ROLLBACK_PROCESS:-}
  pid_file=''
  [[ -z ${ROLLBACK_PID_FILE:-} ]] || pid_file=$(below_root "$root" "$ROLLBACK_PID_FILE")
  if [[ -n $process_pattern ]]; then
    matches x "$process_pattern" || code=$?
    ((code != 2)) ||
      stop "$EXIT_USAGE" "ROLLBACK_PROCESS is \"$process_pattern\"; that is no extended regular expression."
  fi
  [[ -r /proc/self/stat ]] ||
    stop "$EXIT_REFUSED" "There is no /proc here, so nobody could tell whether the deployment is stopped. Nothing was changed."
  find_ancestors
  read_pid_file
  first_pid=$file_pid
  [[ -z $first_pid ]] || first_run=$(run_of "$first_pid") || first_run=''
}

# matches TEXT PATTERN: fails with 2 where PATTERN is no extended regular expression.
matches() { [[ $1 =~ $2 ]]; }

# are_hidden: true where the kernel shows only this user's processes, and nothing else tells of the deployment's.
are_hidden() {
  local line
  [[ -z $pid_file ]] && ! { read -r line </proc/1/stat; } 2>/dev/null
}

# find_processes: sets found to the ids of the deployment's processes: this script, and what it has started, are none.
find_processes() {
  local folder pid
  found=()
  for folder in /proc/[0-9]*; do
    pid=${folder#/proc/}
    ! is_of_deployment "$pid" || is_own "$pid" || found+=("$pid")
  done
  if [[ -z $pid_file ]]; then return 0; fi
  read_pid_file
  for pid in "$file_pid" "$first_pid"; do
    [[ -n $pid && " ${found[*]} " != *" $pid "* ]] || continue
    is_alive "$pid" || continue
    # Under the number of a process that has ended there may be another by now.
    [[ $pid != "$first_pid" || -z $first_run || $(run_of "$pid") == "$first_run" ]] || continue
    found+=("$pid")
  done
  return 0
}

# describe_processes: prints those that were found, with the beginning of each command line.
describe_processes() {
  local pid line text=''
  local -a words
  for pid in "${found[@]}"; do
    line='command line not readable'
    if read_command_line "$pid" && ((${#words[@]} > 0)); then line=${words[*]}; fi
    line=${line//[![:print:]]/?}
    text+=", $pid (${line:0:SHOWN_COMMAND})"
  done
  printf '%s' "${text#, }"
}

# is_of_deployment PID: by its command line.
is_of_deployment() {
  local -a words
  local word
  read_command_line "$1" || return 1
  if [[ -n $process_pattern ]]; then
    matches "${words[*]}" "$process_pattern" && [[ $ancestors != *" $1 "* ]]
    return
  fi
  for word in "${words[@]}"; do
    if [[ $word == "$DEPLOYMENT_PROGRAM" || $word == */"$DEPLOYMENT_PROGRAM" ]]; then
      is_in_root "$1" "$word" && return
    fi
  done
  return 1
}

# is_in_root PID PATH: whether the path, as that process names it, lies in the root; true where nobody can tell.
is_in_root() {
  local folder=. base
  [[ $2 != */* ]] || folder=${2%/*}
  if [[ $folder != /* ]]; then
    base=$(readlink -- "/proc/$1/cwd" 2>/dev/null) || return 0
    folder=$base/$folder
  fi
  [[ $folder -ef $root ]]
}

# read_command_line PID: sets words; fails where there is none: it has ended, or is the kernel's own.
read_command_line() {
  words=()
  { mapfile -d '' -t words <"/proc/$1/cmdline"; } 2>/dev/null && ((${#words[@]} > 0))
}

# is_own PID: true for this script and what it has started.
is_own() {
  local pid=$1 depth
  for ((depth = 0; depth < 64 && pid > 1; depth++)); do
    ((pid != $$)) || return 0
    pid=$(parent_of "$pid") || return 1
  done
  return 1
}

# stat_field PID NUMBER: prints a field of the process' stat, counted from the one behind its name, which may hold anything.
stat_field() {
  local line
  local -a fields
  { line=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -r -a fields <<<"${line##*) }"
  printf '%s' "${fields[$2]}"
}

parent_of() { stat_field "$1" 1; }

# run_of PID: prints when it began, which tells it from a later one with the same number.
run_of() { stat_field "$1" 19; }

find_ancestors() {
  local pid=$PPID
  while [[ -n $pid ]] && ((pid > 0)); do
    ancestors+="$pid "
    pid=$(parent_of "$pid") || return 0
  done
}

# is_alive PID: true also for a process that is not ours to signal; one that has ended and waits to be asked how is not.
is_alive() {
  local said
  [[ $(stat_field "$1" 0 || true) != Z ]] || return 1
  said=$({ kill -0 "$1"; } 2>&1) || [[ $said == *[Nn]'ot permitted'* ]]
}

# read_pid_file: sets file_pid; empty where there is no pid file, or none that names a process.
read_pid_file() {
  local text=''
  file_pid=''
  [[ -n $pid_file && -r $pid_file ]] || return 0
  { IFS=$' \t\r\n' read -r text <"$pid_file"; } 2>/dev/null || true
  [[ ! $text =~ ^[1-9][0-9]{0,9}$ ]] || file_pid=$text
}
