#!/usr/bin/env bash
# healthy.sh PORT PATH: whether what listens at a port of the pod answers with 200. It is asked every few seconds, on busy machines
# too, so it starts no Node.
set -euo pipefail

exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3
read -r _ status _ <&3
[[ $status == 200 ]]
