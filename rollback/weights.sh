# shellcheck shell=bash
# Tells whether a file holds model weights: a JSON object of finite numbers that are not negative, at least one, flat
# or below a key "weights". Sourced after lib.sh.

# Largest file that is read as weights, bytes.
readonly LARGEST_WEIGHTS=65536

# holds_weights FILE: true when FILE holds model weights; otherwise prints why not.
holds_weights() {
  read_json_file "$1" "$LARGEST_WEIGHTS" || return 1
  # Read by json.sh.
  # shellcheck disable=SC2154
  [[ $json_kind == amounts || ($json_kind == object && ${json_members['"weights"']:-} == amounts) ]] ||
    { printf 'it is no JSON object of numbers that are 0 or more, flat or below a key "weights"' && return 1; }
}
