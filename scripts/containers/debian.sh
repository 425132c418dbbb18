# shellcheck shell=bash disable=SC2154 # $work and the like are set by ensure.sh
# Debian packages: of this machine's own release, and of the release that stand-ins are made of.

readonly SUITE=trixie

apt_updated=

require_debian() { # require_debian PURPOSE
  if [ "$(id -u)" != 0 ] || [ ! -e /etc/debian_version ]; then
    die "$1 needs root on Debian; start Docker (with compose and buildx) yourself and run this again"
  fi
  [ -n "$apt_updated" ] || apt-get update -qq >"$work/apt.log" 2>&1 ||
    die "$1 failed, apt-get update says: $(tail -n 1 "$work/apt.log")"
  apt_updated=yes
}

install_packages() { # install_packages NAME...
  require_debian "installing $*"
  say "installing $*"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
    >"$work/apt.log" 2>&1 9>&- || die "installing $* failed: $(tail -n 3 "$work/apt.log")"
}

# The address that this machine's own apt gets Debian's main packages from.
debian_mirror() {
  # shellcheck disable=SC2016 # apt fills it in
  apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Label: Debian' 'Component: main' | head -n 1
}

# apt-get for $SUITE with lists and caches of its own: the machine's apt stays as it is.
suite_apt() {
  local dir=$work/suite-apt
  if [ ! -d "$dir" ]; then
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
    : >"$dir/status"
    printf 'deb [signed-by=%s] %s %s main\n' \
      /usr/share/keyrings/debian-archive-keyring.gpg "$(debian_mirror)" "$SUITE" >"$dir/sources.list"
    suite_apt update
  fi
  apt-get -qq \
    -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=- \
    -o Dir::State::Lists="$dir/lists" -o Dir::State::Status="$dir/status" \
    -o Dir::Cache="$dir/cache" -o Acquire::Languages=none -o APT::Sandbox::User=root "$@"
}
