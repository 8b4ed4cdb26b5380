# shellcheck shell=bash
# Redis, asked with redis-cli: one server, the master that Sentinels name, or a cluster. Every question has an end, and no
# password is ever an argument, which every user of the machine could read. Sourced after lib.sh.
#
# Set by lib.sh.
# shellcheck disable=SC2154

# Longest time for one question, and for all of them together, seconds.
readonly REDIS_QUESTION=4
readonly REDIS_PATIENCE=10

# Given to the redis-cli that needs it, and to no other program that is started.
redis_own_password=${ROLLBACK_REDIS_PASSWORD:-}
unset ROLLBACK_REDIS_PASSWORD
# What every redis-cli gets, the password, and the servers to ask, each "host port".
redis_options=()
redis_password=''
redis_servers=()
redis_deadline=0
# The redis-cli that is run, and where its libraries are; empty: where the system looks.
redis_cli=''
redis_libraries=''
# What redis-cli has said last.
redis_answer=''

# redis_usage: prints the settings, for --help.
redis_usage() {
  cat <<'HELP'
Redis:
  ROLLBACK_REDIS_CLI             redis-cli; where there is none, the one that Redline's set-up has unpacked
  ROLLBACK_REDIS_HOST, _PORT, _DATABASE, _USERNAME   127.0.0.1, 6379, 0, none
  ROLLBACK_REDIS_PASSWORD_FILE   file with the password; ROLLBACK_REDIS_PASSWORD is the password itself, which this
                                 user's processes and root's can read as long as this script runs
  ROLLBACK_REDIS_TLS             yes; with _TLS_CA_FILE, _TLS_CERT_FILE, _TLS_KEY_FILE, _TLS_SERVER_NAME
  ROLLBACK_REDIS_SENTINELS       "host:port host:port", with _SENTINEL_NAME (mymaster), _SENTINEL_PASSWORD_FILE
  ROLLBACK_REDIS_CLUSTER         "host:port host:port"
HELP
}

# read_redis_settings: takes them from the environment; fails and leaves the reason in redis_answer where they are unusable.
read_redis_settings() {
  redis_options=()
  redis_password=$redis_own_password
  redis_answer=${ROLLBACK_REDIS_PROBLEM:-}
  [[ -z $redis_answer ]] || return 1
  if [[ -n ${ROLLBACK_REDIS_PASSWORD_FILE:-} ]]; then
    redis_password=$(read_password "$ROLLBACK_REDIS_PASSWORD_FILE") || {
      redis_answer="the password file $ROLLBACK_REDIS_PASSWORD_FILE cannot be read or is empty"
      return 1
    }
  fi
  read_redis_tls
  if [[ -n ${ROLLBACK_REDIS_CLUSTER:-} ]]; then
    redis_options+=(-c)
    split_servers "$ROLLBACK_REDIS_CLUSTER"
  elif [[ -n ${ROLLBACK_REDIS_SENTINELS:-} ]]; then
    split_servers "$ROLLBACK_REDIS_SENTINELS"
  else
    redis_servers=("${ROLLBACK_REDIS_HOST:-127.0.0.1} ${ROLLBACK_REDIS_PORT:-6379}")
  fi
}

# read_password FILE
read_password() {
  local text
  text=$(head -c 4096 -- "$1" 2>/dev/null | tr -d '\0') || return 1
  text=${text%"${text##*[![:space:]]}"}
  [[ -n $text ]] && printf '%s' "$text"
}

read_redis_tls() {
  local setting
  [[ ${ROLLBACK_REDIS_TLS:-} == yes ]] || return 0
  redis_options+=(--tls)
  for setting in cacert:CA_FILE cert:CERT_FILE key:KEY_FILE sni:SERVER_NAME; do
    local name=ROLLBACK_REDIS_TLS_${setting#*:}
    [[ -z ${!name:-} ]] || redis_options+=("--${setting%%:*}" "${!name}")
  done
}

# split_servers LIST: takes "host:port host:port" apart.
split_servers() {
  local server
  local -a listed
  read -r -a listed <<<"$1"
  redis_servers=()
  for server in "${listed[@]}"; do redis_servers+=("${server%:*} ${server##*:}"); done
}

# redis_describe: prints which Redis it is, for people.
redis_describe() {
  if [[ -n ${ROLLBACK_REDIS_PROBLEM:-} ]]; then
    printf 'of the configuration'
  elif [[ -n ${ROLLBACK_REDIS_CLUSTER:-} ]]; then
    printf 'the cluster of %s' "$ROLLBACK_REDIS_CLUSTER"
  elif [[ -n ${ROLLBACK_REDIS_SENTINELS:-} ]]; then
    printf '%s of the Sentinels %s' "${ROLLBACK_REDIS_SENTINEL_NAME:-mymaster}" "$ROLLBACK_REDIS_SENTINELS"
  else
    printf '%s:%s' "${ROLLBACK_REDIS_HOST:-127.0.0.1}" "${ROLLBACK_REDIS_PORT:-6379}"
  fi
}

# reach_redis: makes ready to ask; fails and leaves the reason in redis_answer where there is no way to.
reach_redis() {
  redis_deadline=$((SECONDS + REDIS_PATIENCE))
  read_redis_settings || return 1
  find_redis_cli || return 1
  if [[ -n ${ROLLBACK_REDIS_SENTINELS:-} && -z ${ROLLBACK_REDIS_CLUSTER:-} ]]; then find_redis_master || return 1; fi
  [[ -z ${ROLLBACK_REDIS_USERNAME:-} ]] || redis_options+=(--user "$ROLLBACK_REDIS_USERNAME")
  # A cluster has no other than 0.
  [[ -z ${ROLLBACK_REDIS_DATABASE:-} || -n ${ROLLBACK_REDIS_CLUSTER:-} ]] || redis_options+=(-n "$ROLLBACK_REDIS_DATABASE")
}

# find_redis_cli: the configured one, that of the PATH, else the one that Redline's set-up has unpacked.
find_redis_cli() {
  local -r unpacked=$library/../.redline/servers/usr
  local -a folders
  redis_cli=${ROLLBACK_REDIS_CLI:-redis-cli}
  if command -v -- "$redis_cli" >/dev/null; then return; fi
  if [[ -n ${ROLLBACK_REDIS_CLI:-} || ! -x $unpacked/bin/redis-cli ]]; then
    redis_answer="$redis_cli is not there or cannot be run"
    return 1
  fi
  redis_cli=$unpacked/bin/redis-cli
  folders=("$unpacked"/lib/*-linux-gnu*)
  redis_libraries=${folders[0]}
}

# find_redis_master: the server to ask becomes the one that the first Sentinel to answer names.
find_redis_master() {
  local -r password=$redis_password master=${ROLLBACK_REDIS_SENTINEL_NAME:-mymaster}
  redis_password=''
  if [[ -n ${ROLLBACK_REDIS_SENTINEL_PASSWORD_FILE:-} ]]; then
    redis_password=$(read_password "$ROLLBACK_REDIS_SENTINEL_PASSWORD_FILE") || {
      redis_answer="the password file $ROLLBACK_REDIS_SENTINEL_PASSWORD_FILE cannot be read or is empty"
      return 1
    }
  fi
  ask_redis $'[^\n]+\n[0-9]+' SENTINEL get-master-addr-by-name "$master" || {
    redis_answer="no Sentinel names the master $master: ${redis_answer:-it is not known}"
    return 1
  }
  redis_servers=("${redis_answer/$'\n'/ }")
  redis_password=$password
}

# ask_redis WANTED ARG...: asks each server until one answers what the pattern WANTED matches, and leaves that in
# redis_answer; fails where none does, and leaves there what the last one said.
ask_redis() {
  local -r wanted=$1
  local server host port code
  shift
  redis_answer='no server is configured'
  for server in "${redis_servers[@]}"; do
    host=${server% *}
    host=${host#[}
    host=${host%]}
    port=${server##* }
    if [[ -z $host || $host == -* || ! $port =~ ^[0-9]{1,5}$ ]]; then
      redis_answer="\"${server/ /:}\" is no address"
      continue
    fi
    if ((SECONDS >= redis_deadline)); then
      redis_answer="no answer within $REDIS_PATIENCE s"
      return 1
    fi
    code=0
    redis_answer=$(run_redis_cli -h "$host" -p "$port" "${redis_options[@]}" "$@" 2>&1) || code=$?
    # It is ended by SIGKILL, since it may be in the middle of anything.
    if ((code == 124 || code == 137)); then redis_answer="$host:$port does not answer within $REDIS_QUESTION s"; fi
    # redis-cli goes on after a failed login, and where the command worked all the same it worked.
    if ((code == 0)) && [[ $redis_answer =~ (^|$'\n')($wanted)$ ]]; then
      redis_answer=${BASH_REMATCH[2]}
      return 0
    fi
  done
  redis_answer=${redis_answer:0:300}
  redis_answer=${redis_answer//$'\n'/ }
  return 1
}

# run_redis_cli ARG...: the configured redis-cli, which alone is told the password.
run_redis_cli() (
  if [[ -n $redis_password ]]; then export REDISCLI_AUTH=$redis_password; fi
  if [[ -n $redis_libraries ]]; then export LD_LIBRARY_PATH=$redis_libraries; fi
  exec timeout --foreground -s KILL "$REDIS_QUESTION" "$redis_cli" "$@" </dev/null 9<&-
)
