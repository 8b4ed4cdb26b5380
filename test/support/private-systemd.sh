#!/bin/sh
# Becomes a systemd that manages nothing but what it starts itself: PID 1 of a pid namespace, in mount, uts and ipc
# namespaces of its own (private-systemd.ts starts this with unshare) and in a cgroup namespace that this script makes.
# A systemd without the last would take every process of the machine into its own slices.
#   private-systemd.sh FOLDER CGROUP UNPACKED
#     FOLDER    its units, /run and log
#     CGROUP    folder of the cgroup that it gets as its root; made here, must not exist
#     UNPACKED  folder of unpacked packages that bring systemd and dbus; empty: the machine has them
set -eu
folder=$1 cgroup=$2 unpacked=$3

enter_cgroup() {
  mkdir "$cgroup"
  echo 0 >"$cgroup/cgroup.procs"
  # The namespace's root is the cgroup that its first process is in.
  exec unshare --cgroup -- "$0" "$folder" "$cgroup" "$unpacked" inside
}

refuse_company() {
  grep -qx 0::/ /proc/self/cgroup || refuse 'the cgroup namespace is not rooted in a cgroup of its own'
  # Processes of other pid namespaces show as 0.
  ! grep -qx 0 /sys/fs/cgroup/cgroup.procs || refuse 'a process of the machine is in the cgroup'
  [ $$ = 1 ] || refuse 'this is not the first process of a pid namespace'
}

refuse() {
  echo "systemd is not started: $1" >&2
  exit 91
}

mount_own_view() {
  umount --recursive /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  refuse_company
  if [ -n "$unpacked" ]; then mount -t overlay overlay -o "lowerdir=$unpacked/usr:/usr" /usr; fi
  # A machine without systemd lacks the folder; laid over, never made.
  if [ ! -d /etc/systemd/system ]; then
    mkdir -p "$folder/etc/systemd/system"
    mount -t overlay overlay -o "lowerdir=$folder/etc:/etc" /etc
  fi
  mount --bind "$folder/units" /etc/systemd/system
  mount --bind "$folder/run" /run
  # systemd sets kernel parameters at its start; these belong to the machine.
  mount --bind /proc/sys /proc/sys
  mount -o remount,bind,ro /proc/sys
}

if [ "${4:-}" != inside ]; then enter_cgroup; fi
mount_own_view
for program in /usr/lib/systemd/systemd /lib/systemd/systemd; do
  [ ! -x "$program" ] || exec env -i PATH="$PATH" container=redline-test \
    SYSTEMD_UNIT_PATH=/etc/systemd/system SYSTEMD_GENERATOR_PATH= \
    "$program" --system --log-target=journal --show-status=no
done
refuse 'no systemd on this machine'
