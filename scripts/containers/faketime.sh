#!/usr/bin/env bash
#
# Prints the path of libfaketime, with which the fault tests step the clock of a process, and
# installs it first where it is missing and that can be done (Debian, root).
#
# Exit 1 with one sentence saying what to do, if it cannot be had.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf 'faketime: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# shellcheck source=scripts/containers/debian.sh
source "$here/debian.sh"

library() {
  local path
  for path in /usr/lib/*/faketime/libfaketime.so.1 /usr/lib*/faketime/libfaketime.so.1 \
    /usr/local/lib/faketime/libfaketime.so.1; do
    [ ! -e "$path" ] || { printf '%s\n' "$path" && return; }
  done
  return 1
}

library && exit 0
if [ "$(id -u)" != 0 ] || [ ! -e /etc/debian_version ]; then
  die 'install libfaketime (on Debian: apt-get install libfaketime) and run this again'
fi
install_packages libfaketime
library || die 'the package libfaketime brought no library'
