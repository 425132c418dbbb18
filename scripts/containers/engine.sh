# shellcheck shell=bash disable=SC2154 # $work and the like are set by ensure.sh
# The Docker engine and its two command line plugins.

readonly ENGINE_LOG=/var/log/dockerd.log
readonly ENGINE_START_SECONDS=30
readonly PLUGIN_FOLDER=/usr/local/lib/docker/cli-plugins

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

plugin_works() { docker "$1" version >/dev/null 2>&1; }

ensure_engine() {
  engine_answers && return
  # An engine elsewhere is somebody's decision; starting one here would silently replace it.
  [ -z "${DOCKER_HOST:-}" ] || die "the Docker engine that DOCKER_HOST names does not answer"
  command -v dockerd >/dev/null || install_packages docker.io
  command -v docker >/dev/null || install_packages docker-cli
  engine_answers && return # installing the package may have started it
  start_engine
}

start_engine() {
  local tries
  require_debian 'starting a Docker engine'
  say "starting a Docker engine, its log is $ENGINE_LOG"
  # A pid file from before a reboot may name a process that is now something else.
  pgrep -x dockerd >/dev/null || rm -f /var/run/docker.pid /var/run/docker/containerd/*.pid
  # A session of its own, without the lock: it outlives this script and the shell that ran it.
  setsid dockerd >>"$ENGINE_LOG" 2>&1 </dev/null 9>&- &
  for ((tries = ENGINE_START_SECONDS * 2; tries > 0; tries--)); do
    engine_answers && return
    sleep 0.5
  done
  die "the Docker engine does not start, its last line is: $(tail -n 1 "$ENGINE_LOG")"
}

# `docker NAME` from the Debian package docker-NAME of $SUITE; older releases have none, or an old one.
ensure_plugin() { # ensure_plugin NAME
  local name=docker-$1
  plugin_works "$1" && return
  require_debian "installing docker $1"
  say "installing docker $1"
  mkdir "$work/$name"
  (
    cd "$work/$name"
    suite_apt download "$name" && dpkg -x "$name"_*.deb .
  ) >"$work/apt.log" 2>&1 || die "docker $1 cannot be had: $(tail -n 1 "$work/apt.log")"
  install -D -t "$PLUGIN_FOLDER" "$work/$name/usr/libexec/docker/cli-plugins/$name"
  plugin_works "$1" || die "docker $1 was installed but does not run here"
}
