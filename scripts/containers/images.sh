# shellcheck shell=bash disable=SC2154 # $work and the like are set by ensure.sh
# Images: pulled, or where no pull succeeds, built as stand-ins from the folders in stand-ins/.

readonly BASE=debian:trixie-slim
readonly CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
readonly NPM_VERSION=11

pull_seconds=${PULL_SECONDS:-60}

have_images() { docker image inspect "$@" >/dev/null 2>&1; }

ensure_image() { # ensure_image IMAGE
  local started=$SECONDS
  have_images "$1" && return
  if [[ $1 == candado-test-* ]]; then
    build_test_image "$1"
    say "built $1 in $((SECONDS - started)) s"
  elif pull "$1"; then
    say "pulled $1 in $((SECONDS - started)) s"
  else
    build_stand_in "$1"
    say "built a stand-in for $1 in $((SECONDS - started)) s"
  fi
}

pull() { # pull IMAGE
  [ "$pull_seconds" != 0 ] || return
  say "pulling $1"
  timeout "$pull_seconds" docker pull --quiet "$1" >/dev/null 2>"$work/pull.log" && return
  say "$1 cannot be pulled ($(tail -n 1 "$work/pull.log")), from here on stand-ins are built"
  pull_seconds=0
  return 1
}

build_stand_in() { # build_stand_in IMAGE
  local folder context
  case $1 in
    node:[0-9]*) folder=node ;;
    redis:8*) folder=redis ;;
    haproxy:3*) folder=haproxy ;;
    prom/prometheus:*) folder=prometheus ;;
    *) die "$1 cannot be pulled, and there is no stand-in for it" ;;
  esac
  require_debian "building a stand-in for $1"
  ensure_base
  context=$work/$folder
  cp -r "$here/stand-ins/$folder" "$context"
  [ "$folder" != node ] || add_node_files "$context" "${1#node:}"
  docker build --label candado.stand-in=true --tag "$1" "$context" >"$work/build.log" 2>&1 ||
    die "building a stand-in for $1 failed: $(tail -n 3 "$work/build.log")"
}

# An image of the tests' own: it needs nothing of this machine but its base, which can be pulled.
build_test_image() { # build_test_image IMAGE
  local folder=${1#candado-test-}
  have_images "$BASE" || pull "$BASE" || { require_debian "building $1" && ensure_base; }
  docker build --label candado.stand-in=true --tag "$1" "$here/stand-ins/${folder%%:*}" \
    >"$work/build.log" 2>&1 || die "building $1 failed: $(tail -n 3 "$work/build.log")"
}

# What every stand-in is built on. This machine's certificate authorities go into it, so that `npm
# ci` in a Dockerfile works wherever it works outside one.
ensure_base() {
  local archive=${IMAGE_CACHE:-$HOME/.cache/candado-images}/$SUITE.tar overlay=$work/overlay
  have_images "$BASE" && return
  if [ ! -s "$archive" ]; then
    say "making a $SUITE root file system"
    command -v mmdebstrap >/dev/null || install_packages mmdebstrap
    [ -e "$CERTIFICATES" ] || install_packages ca-certificates
    install -D "$here/stand-ins/base/policy-rc.d" "$overlay/usr/sbin/policy-rc.d"
    install -D -m 644 "$CERTIFICATES" "$overlay$CERTIFICATES"
    mkdir -p "$(dirname "$archive")"
    # libatomic1: Node.js needs it from version 25 on.
    mmdebstrap --quiet --format=tar --variant=minbase --include=libatomic1 \
      --dpkgopt='path-exclude=/usr/share/doc/*' \
      --dpkgopt='path-exclude=/usr/share/man/*' \
      --dpkgopt='path-exclude=/usr/share/locale/*' \
      --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
      --customize-hook="sync-in $overlay /" \
      "$SUITE" "$archive.part" "$(debian_mirror)" >"$work/base.log" 2>&1 ||
      die "making a $SUITE root file system failed: $(tail -n 3 "$work/base.log")"
    mv "$archive.part" "$archive"
  fi
  docker import --change 'CMD ["bash"]' "$archive" "$BASE" >/dev/null
}

# Debian's Node.js is older, so Node.js and npm come as npm packages, as this machine's npm gets them.
add_node_files() { # add_node_files FOLDER TAG
  local into=$1/node major=${2%%[!0-9]*} arch
  arch=$(dpkg --print-architecture)
  mkdir -p "$into/etc" "$into/lib/node_modules/npm"
  unpack_npm_package "node-linux-${arch/amd/x}@$major" "$into" package/bin package/LICENSE
  unpack_npm_package "npm@$NPM_VERSION" "$into/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$into/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$into/bin/npx"
  printf 'registry=%s\ncafile=%s\nupdate-notifier=false\n' \
    "$(npm config get registry 2>/dev/null)" "$CERTIFICATES" >"$into/etc/npmrc"
}

unpack_npm_package() { # unpack_npm_package PACKAGE FOLDER [PATH...]
  local package=$1 folder=$2 archive
  shift 2
  archive=$(cd "$work" && npm pack --silent "$package" 2>"$work/npm.log") ||
    die "the npm package $package cannot be had: $(tail -n 1 "$work/npm.log")"
  tar -xzf "$work/$archive" -C "$folder" --strip-components=1 "$@"
}
