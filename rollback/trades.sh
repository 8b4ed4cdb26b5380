# shellcheck shell=bash
# Whether trades are still opened: the newest row of trade_outcomes. Sourced by production.sh, after lib.sh; root is the
# trading system's folder, scripts the one of this file.
#
# What is set outside of this file, or read there.
# shellcheck disable=SC2034,SC2154

# Longest time for one question, seconds: a locked database is waited for.
readonly TRADE_QUESTION=5
readonly NEWEST_TRADE="SELECT rowid || ' ' || ifnull(hex(entry_time), '') FROM trade_outcomes ORDER BY rowid DESC LIMIT 1"

# read_trade_settings: takes them from the environment.
read_trade_settings() {
  local -r helper=$scripts/../dist/rollback/newest-trade.js
  local sqlite=${ROLLBACK_SQLITE:-sqlite3} node=${ROLLBACK_NODE:-node}
  database=none
  [[ ${ROLLBACK_DATABASE:-} == none ]] || database=$(below_root "$root" "${ROLLBACK_DATABASE:-data/trading.db}")
  trade_reader=()
  if [[ $sqlite != none ]] && command -v -- "$sqlite" >/dev/null; then
    # No settings of a user's home; nothing is created where there is no database.
    trade_reader=("$sqlite" -batch -init /dev/null -readonly -noheader -list -cmd '.timeout 2000' "$database" "$NEWEST_TRADE")
  elif command -v -- "$node" >/dev/null && [[ -r $helper ]]; then
    trade_reader=("$node" "$helper" "$database")
  fi
}

# newest_trade: prints the newest row as "ROWID ENTRY-TIME", the latter in hexadecimal, and "0 " where there is none; fails
# and prints why where the database cannot be read.
newest_trade() {
  local answer code=0
  [[ $database != none ]] || { printf 'there is none (ROLLBACK_DATABASE)' && return 1; }
  [[ -e $database ]] || { printf '%s does not exist' "$database" && return 1; }
  ((${#trade_reader[@]} > 0)) ||
    { printf 'there is neither sqlite3 nor node with Redline built (ROLLBACK_SQLITE, ROLLBACK_NODE)' && return 1; }
  answer=$(timeout --kill-after=1 "$TRADE_QUESTION" "${trade_reader[@]}" </dev/null 2>&1 9<&-) || code=$?
  if ((code == 124 || code == 137)); then
    printf '%s does not answer in %s s' "$database" "$TRADE_QUESTION"
    return 1
  fi
  [[ -n $answer || $code != 0 ]] || answer='0 '
  if ((code != 0)) || [[ ! $answer =~ ^-?[0-9]{1,19}' '[0-9A-F]*$ ]]; then
    answer=${answer%%$'\n'*}
    printf '%s cannot be read: %s' "$database" "${answer:0:300}"
    return 1
  fi
  printf '%s' "$answer"
}

# is_newer WAS IS: true where a row was added, or another one put in the place of the newest. Both as newest_trade prints.
is_newer() {
  local -r was=${1%% *} is=${2%% *}
  ((is > was)) || { ((is == was)) && [[ ${1#* } != "${2#* }" ]]; }
}
