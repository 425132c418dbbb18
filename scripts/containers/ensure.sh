#!/usr/bin/env bash
#
# Makes sure that the container suites can run: a Docker engine answers, `docker compose` and
# `docker buildx` work, and every image that the Dockerfile, docker-compose.yml and the suites name
# is there.
#
#   scripts/containers/ensure.sh               all images of the list below
#   scripts/containers/ensure.sh redis:8 ...   only these
#
# Where Docker already works nothing is installed or started, and a run with nothing to do takes a
# fraction of a second. An image that is missing is pulled. Only where it cannot be pulled is a
# stand-in built under the same tag, from Debian packages (see stand-ins/), which needs root on
# Debian, as does starting an engine. Stand-ins are for tests, never for production. candado-test-ceph
# is always built here: no image of it is published.
#
# Environment:
#   PULL_SECONDS   time limit for one pull, 60; 0 never pulls
#   IMAGE_CACHE    folder for the Debian root file system that stand-ins are built on
#
# Exit 1 with one sentence saying what is missing, if it cannot be done.

set -euo pipefail
umask 022

IMAGES=(
  node:26-trixie-slim
  redis:8
  haproxy:3.0
  prom/prometheus:v2.53.3
  candado-test-ceph:18
)

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf 'containers: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# shellcheck source=scripts/containers/debian.sh
source "$here/debian.sh"
# shellcheck source=scripts/containers/engine.sh
source "$here/engine.sh"
# shellcheck source=scripts/containers/images.sh
source "$here/images.sh"

[ $# -gt 0 ] || set -- "${IMAGES[@]}"

all_there() { engine_answers && plugin_works compose && plugin_works buildx && have_images "$@"; }

all_there "$@" && exit 0

# Two suites that start at the same moment must not start two engines.
if command -v flock >/dev/null; then
  exec 9>"${TMPDIR:-/tmp}/candado-containers.lock"
  flock 9
fi

ensure_engine
ensure_plugin compose
ensure_plugin buildx
for image; do
  ensure_image "$image"
done
