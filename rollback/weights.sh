# shellcheck shell=bash
# Tells whether a file holds model weights: a JSON object of finite numbers that are not negative, at least one, flat
# or below a key "weights". Written in bash, since the machine may have neither jq nor Python. Sourced after lib.sh.

# Largest file that is read as weights, bytes.
readonly LARGEST_WEIGHTS=65536

readonly JSON_STRING_PATTERN='^"(([^"\[:cntrl:]]|\\(["\/bfnrt]|u[0-9A-Fa-f]{4}))*)"'
readonly JSON_NUMBER_PATTERN='^-?(0|[1-9][0-9]{0,99})(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?'

# The text that is still to be read, and what was read last: its kind (number, weights, other) and text.
json_rest=''
json_kind=''
json_text=''

# holds_weights FILE: true when FILE holds model weights; otherwise prints why not.
holds_weights() {
  local size
  [[ -f $1 && -r $1 ]] || { printf 'it does not exist or cannot be read' && return 1; }
  size=$(stat -Lc %s -- "$1") || return 1
  ((size <= LARGEST_WEIGHTS)) || { printf 'it is larger than %s bytes' "$LARGEST_WEIGHTS" && return 1; }
  # read ends with success only at the NUL byte that no JSON holds.
  if IFS= read -r -d '' json_rest <"$1"; then printf 'it is no JSON' && return 1; fi
  if ! read_json_value 0; then printf 'it is no JSON' && return 1; fi
  skip_json_space
  [[ -z $json_rest ]] || { printf 'it is no JSON' && return 1; }
  [[ $json_kind == weights ]] ||
    { printf 'it is no JSON object of numbers that are 0 or more, flat or below a key "weights"' && return 1; }
}

skip_json_space() {
  [[ $json_rest =~ ^[$' \t\r\n']* ]]
  json_rest=${json_rest:${#BASH_REMATCH[0]}}
}

# take_json PATTERN: reads what PATTERN matches.
take_json() {
  [[ $json_rest =~ $1 ]] || return 1
  json_text=${BASH_REMATCH[0]}
  json_rest=${json_rest:${#json_text}}
}

# read_json_value DEPTH: reads one value and says its kind.
read_json_value() {
  (($1 < 20)) || return 1
  skip_json_space
  case ${json_rest:0:1} in
    '{') read_json_members "$1" '}' ;;
    '[') read_json_members "$1" ']' ;;
    '"') take_json "$JSON_STRING_PATTERN" && json_kind=other ;;
    [tfn]) take_json '^(true|false|null)' && json_kind=other ;;
    *)
      take_json "$JSON_NUMBER_PATTERN" || return 1
      json_kind=number
      # -0 is 0; anything else behind a minus is negative.
      if [[ $json_text == -* && $json_text =~ ^[^eE]*[1-9] ]]; then json_kind=other; fi
      ;;
  esac
}

# read_json_members DEPTH END: reads an object (END is "}") or a list (END is "]").
read_json_members() {
  local -r depth=$1 end=$2
  local key='' count=0 numbers=0 nested=no
  json_rest=${json_rest:1}
  skip_json_space
  if [[ ${json_rest:0:1} != "$end" ]]; then
    while :; do
      if [[ $end == '}' ]]; then
        skip_json_space
        take_json "$JSON_STRING_PATTERN" || return 1
        key=$json_text
        skip_json_space
        take_json '^:' || return 1
      fi
      read_json_value $((depth + 1)) || return 1
      count=$((count + 1))
      if [[ $json_kind == number ]]; then numbers=$((numbers + 1)); fi
      if [[ $key == '"weights"' ]]; then nested=$json_kind; fi
      skip_json_space
      take_json '^,' || break
    done
  fi
  take_json "^[$end]" || return 1
  json_kind=other
  if [[ $end == '}' ]] && { ((count > 0 && numbers == count)) || [[ $depth == 0 && $nested == weights ]]; }; then
    json_kind=weights
  fi
}
