# shellcheck shell=bash
# JSON, written and read in bash, since the machine may have neither jq nor Python. Sourced by lib.sh.

# Longest text (bytes) that goes into one field of the log.
readonly LONGEST_TEXT=8192
# Bytes of a text that are looked at together: patterns slow down with what stands behind the match.
readonly JSON_WINDOW=1024

readonly JSON_STRING_PATTERN=$'^"[^"\\\x01-\x1f]*(\\\\(["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x01-\x1f]*)*"'
readonly JSON_NUMBER_PATTERN='^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?'

# The text that is read, up to where it is in the window, and the window: what has not been read of that.
json_text=''
json_offset=0
json_rest=''
# What was read last: its kind (object, amounts: an object of numbers that are 0 or more, at least one; list, string,
# amount: a number that is 0 or more; number, word) and, of strings and numbers, how it is written.
json_kind=''
json_token=''
# Kinds of the members of the object that a text is, by their names as they are written.
declare -A json_members=()

# json_string TEXT: prints TEXT as a JSON string, at most LONGEST_TEXT bytes of it; what is not UTF-8 becomes U+FFFD.
json_string() {
  local -r text=${1:0:LONGEST_TEXT}
  local -r well_formed=$'^([\x01-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})'
  local rest=$text escaped='' code control escape
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
    printf -v escape '\\x%02x' "$code"
    printf -v control '%b' "$escape"
    [[ $escaped == *"$control"* ]] || continue
    escaped=${escaped//"$control"/$(printf '\\u%04x' "$code")}
  done
  printf '"%s"' "$escaped"
}

# read_json_file FILE LARGEST: true when FILE holds JSON of at most LARGEST bytes, which sets json_kind and
# json_members; otherwise prints why not.
read_json_file() {
  local size
  [[ -f $1 && -r $1 ]] || { printf 'it does not exist or cannot be read' && return 1; }
  size=$(stat -Lc %s -- "$1") || return 1
  ((size <= $2)) || { printf 'it is larger than %s bytes' "$2" && return 1; }
  # read ends with success only at the NUL byte that no JSON holds.
  if IFS= read -r -d '' json_text <"$1" || ! read_json_text; then printf 'it is no JSON' && return 1; fi
}

read_json_text() {
  json_offset=0
  json_rest=''
  json_members=()
  read_json_value 0 && skip_json_space && [[ -z $json_rest ]]
}

# more_json: doubles the window; fails at the end of the text.
more_json() {
  local -r step=$((${#json_rest} > JSON_WINDOW ? ${#json_rest} : JSON_WINDOW))
  local -r more=${json_text:json_offset:step}
  [[ -n $more ]] || return 1
  json_rest+=$more
  json_offset=$((json_offset + step))
}

skip_json_space() {
  while :; do
    json_rest=${json_rest#"${json_rest%%[!$' \t\r\n']*}"}
    ((${#json_rest} < JSON_WINDOW)) && more_json || return 0
  done
}

# take_json_mark MARK: reads that one character, behind white space.
take_json_mark() {
  skip_json_space
  [[ ${json_rest:0:1} == "$1" ]] || return 1
  json_rest=${json_rest:1}
}

# take_json PATTERN: reads what PATTERN matches.
take_json() {
  [[ $json_rest =~ $1 ]] || return 1
  json_token=${BASH_REMATCH[0]}
  json_rest=${json_rest:${#json_token}}
}

take_json_string() {
  # A string may be longer than the window.
  until take_json "$JSON_STRING_PATTERN"; do more_json || return 1; done
}

# read_json_value DEPTH: reads one value and says its kind.
read_json_value() {
  (($1 < 100)) || return 1
  skip_json_space
  case ${json_rest:0:1} in
    '{') read_json_object "$1" ;;
    '[') read_json_list "$1" ;;
    '"') take_json_string && json_kind=string ;;
    [tfn]) take_json '^(true|false|null)' && json_kind=word ;;
    *)
      take_json "$JSON_NUMBER_PATTERN" || return 1
      json_kind=number
      if is_amount "$json_token"; then json_kind=amount; fi
      ;;
  esac
}

# is_amount NUMBER: true when it is 0 or more, and surely finite as a double; -0 is 0.
is_amount() {
  local -r mantissa=${1%%[eE]*}
  ((${#mantissa} <= 100)) && [[ $mantissa != -*[1-9]* && ($1 == "$mantissa" || $1 =~ [eE][+-]?[0-9][0-9]?$) ]]
}

read_json_list() {
  take_json_mark '['
  if ! take_json_mark ']'; then
    while :; do
      read_json_value $(($1 + 1)) || return 1
      take_json_mark ',' || break
    done
    take_json_mark ']' || return 1
  fi
  json_kind=list
}

# json_members is for those who read a text.
# shellcheck disable=SC2034
read_json_object() {
  local name kind=object
  take_json_mark '{'
  if ! take_json_mark '}'; then
    kind=amounts
    while :; do
      skip_json_space
      take_json_string || return 1
      name=$json_token
      take_json_mark ':' || return 1
      read_json_value $(($1 + 1)) || return 1
      [[ $json_kind == amount ]] || kind=object
      if (($1 == 0)); then json_members[$name]=$json_kind; fi
      take_json_mark ',' || break
    done
    take_json_mark '}' || return 1
  fi
  json_kind=$kind
}
