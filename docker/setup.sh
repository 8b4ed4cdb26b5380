#!/usr/bin/env bash
# Before anything else starts: makes the secrets that are missing, and in the demonstration its folder.
set -euo pipefail

secrets=/secrets
demonstration=/srv/demonstration/run
# Alertmanager and Grafana are of the group that may read them.
umask 027

make_secret() {
  [[ -s $secrets/$1 ]] || node -e "console.log(require('node:crypto').randomBytes(32).toString('hex'))" >"$secrets/$1"
}

main() {
  make_secret receiver.token
  make_secret grafana.password
  [[ ,${COMPOSE_PROFILES:-}, == *,demo,* ]] || return 0
  # A second `up` finds the demonstration running.
  [[ -e $demonstration/redline.yml ]] || redline up --demo --files-only --directory "$demonstration"
  # Of the two volumes one may have been removed: Alertmanager and receiver must hold the same token.
  cat "$secrets/receiver.token" >"$demonstration/receiver.token"
}

main
