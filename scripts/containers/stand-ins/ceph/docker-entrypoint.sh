#!/bin/bash
# Makes a cluster and a user with the keys of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then is
# the gateway.
set -euo pipefail

fsid=$(sed -n 's/^fsid = //p' /etc/ceph/ceph.conf)
disk=$(cat /proc/sys/kernel/random/uuid)
mkdir -p /var/lib/ceph/{mon/ceph-a,osd/ceph-0} /var/run/ceph

{
  monmaptool --create --clobber --fsid "$fsid" --addv a '[v1:127.0.0.1:6789]' /tmp/monmap
  ceph-mon -i a --mkfs --monmap /tmp/monmap
  ceph-mon -i a
  ceph osd new "$disk"
  ceph-osd -i 0 --mkfs --osd-uuid "$disk"
  # Now and then it asks the monitor before it has heard which cluster this is, and ends.
  for try in 1 2 3 4 5; do
    ceph-osd -i 0 && break
    [ "$try" != 5 ] || exit 1
  done
  radosgw-admin user create --uid candado --display-name Candado \
    --access-key "$AWS_ACCESS_KEY_ID" --secret-key "$AWS_SECRET_ACCESS_KEY"
} >/dev/null

exec radosgw -n client.rgw -f
