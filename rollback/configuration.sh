# shellcheck shell=bash
# The configuration of a calibration: its backup is checked, what failed is archived, and the backup takes its place.
# Sourced by calibration.sh, after lib.sh; config, backup and archive are its paths.
#
# What is set outside of this file, or read there.
# shellcheck disable=SC2034,SC2154

# Largest configuration that is read as JSON to its end, bytes; of a larger one only both ends are looked at, since bash
# would take minutes.
readonly LARGEST_READ=262144

# holds_object FILE: true when FILE holds a JSON object; otherwise prints why not.
holds_object() {
  local size ends
  size=$(stat -Lc %s -- "$1" 2>/dev/null) || size=0
  if ((size > LARGEST_READ)) && [[ -f $1 && -r $1 ]]; then
    ends=$({ head -c 1024 -- "$1" && tail -c 1024 -- "$1"; } | tr -d ' \t\r\n\0')
    [[ $ends == '{'*'}' ]] || { printf 'it is no JSON object' && return 1; }
    return 0
  fi
  read_json_file "$1" "$LARGEST_READ" || return 1
  # An object of amounts is one too.
  [[ $json_kind == object || $json_kind == amounts ]] || { printf 'it is no JSON object' && return 1; }
}

check_backup() {
  local why
  why=$(holds_object "$backup") ||
    stop "$EXIT_REFUSED" "The backup $backup is not usable: $why. Nothing was changed and nothing was stopped, since there is nothing to go back to. Put the configuration from before the calibration there (a backup of the machine, $archive), then run this again; or stop the engine: systemctl stop $engine_unit"
}

# All that may fail for want of space or permission is done while the units still run.
prepare_restore() {
  [[ $dry_run == no ]] || return 0
  stage_copy "$backup" "$config" same_content "$backup" ||
    stop "$EXIT_REFUSED" "$backup cannot be copied to the folder of $config (see above). Nothing was changed and nothing was stopped. Run this as root (sudo), and see that the file system has space and is not read-only."
}

restore_config() {
  if same_content "$backup" "$config"; then
    say "The backup is in place already: $config"
    [[ $dry_run == yes ]] || drop_staged "$config"
    config_restored=true
    return
  fi
  archive_config
  if [[ $dry_run == yes ]]; then
    say "Would replace $config with the backup $backup"
  elif put_in_place "$config"; then
    say "Replaced $config with the backup $backup"
    config_restored=true
  else
    problem "$config could not be replaced (see above); the units are started again on what is there. Copy $backup over it by hand (sudo cp), then run this again."
  fi
}

# What failed is evidence: a copy is kept, and not a second one where a run that was killed has made it.
archive_config() {
  # Copied under one name, so that what a killed run left there is overwritten.
  local -r name=$archive/calibration_config.json
  local target newest
  if [[ ! -e $config ]]; then
    say "There is no configuration to archive: $config"
    return
  fi
  newest=$(newest_archived)
  if [[ -n $newest ]] && same_content "$config" "$newest"; then
    say "The failed configuration is archived already: $newest"
    archived=$newest
    return
  fi
  target=$archive/calibration_config_$(TZ=UTC0 printf '%(%Y%m%dT%H%M%SZ)T' -1).json
  if [[ $dry_run == yes ]]; then
    say "Would archive $config as $target"
  elif mkdir -p -- "$archive" && stage_copy "$config" "$name" same_content "$config" && put_in_place "$name" "$target"; then
    say "Archived the failed configuration as $target"
    archived=$target
  else
    problem "The failed configuration $config could not be archived as $target (see above)."
  fi
}

# Prints nothing where there is none.
newest_archived() {
  local -a found
  shopt -s nullglob
  found=("$archive"/calibration_config_*.json)
  shopt -u nullglob
  ((${#found[@]} == 0)) || printf '%s' "${found[-1]}"
}

# Something of the trading system may have written its configuration once more.
verify_config() {
  [[ $dry_run == no && $config_restored == true ]] || return 0
  same_content "$backup" "$config" && return
  config_restored=false
  problem "$config is not the backup any more: something has changed it since. Find out what (journalctl -u $engine_unit -n 50), then run this again."
}
