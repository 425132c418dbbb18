#!/bin/sh
# A flag or a configuration file is an argument for redis-server, which does not run as root.
# Protected mode would refuse every client outside the container.
set -e
case $1 in
  -* | *.conf) set -- redis-server "$@" ;;
esac
if [ "$1" = redis-server ]; then
  case " $* " in
    *' --protected-mode '*) ;;
    *) set -- "$@" --protected-mode no ;;
  esac
  if [ "$(id -u)" = 0 ]; then
    chown -R redis .
    set -- setpriv --reuid redis --regid redis --clear-groups "$@"
  fi
fi
exec "$@"
