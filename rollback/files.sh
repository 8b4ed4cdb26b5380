# shellcheck shell=bash
# Files as a rollback changes them: compared, copied aside, put in place in one step, and lines added to a log.
# Sourced by lib.sh.

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

# replace_atomically SOURCE TARGET CHECK...: TARGET gets SOURCE's bytes in one step that survives a power cut. CHECK is a
# command that gets the path of the copy and must pass it.
replace_atomically() { stage_copy "$@" && put_in_place "$2"; }

# staged_copy TARGET: prints where the copy waits that is to replace TARGET. One name is enough under the lock, and what a
# killed run left there is overwritten.
staged_copy() { printf '%s/.%s.rollback' "$(dirname -- "$1")" "$(basename -- "$1")"; }

# stage_copy SOURCE TARGET CHECK...: all of a replacement that may fail for want of space or permission: a copy beside
# TARGET, on the disk, with the mode and owner of TARGET (SOURCE's where there is no TARGET).
stage_copy() {
  local -r source=$1 target=$2
  local copy reference=$source
  copy=$(staged_copy "$target")
  shift 2
  [[ -f $target ]] && reference=$target
  {
    rm -f -- "$copy" &&
      (set -o noclobber && umask 077 && cat -- "$source" >"$copy") &&
      "$@" "$copy" &&
      chmod --reference="$reference" -- "$copy" &&
      { ((EUID != 0)) || chown --reference="$reference" -- "$copy"; } &&
      sync -- "$copy"
  } || {
    drop_staged "$target"
    return 1
  }
}

# put_in_place TARGET [PATH]: the copy that was staged for TARGET takes its place, or that of PATH in the same folder.
put_in_place() {
  {
    mv -fT -- "$(staged_copy "$1")" "${2:-$1}" && sync -- "$(dirname -- "$1")"
  } || {
    drop_staged "$1"
    return 1
  }
}

drop_staged() { rm -f -- "$(staged_copy "$1")" || true; }

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
