/** What every HAProxy of a scenario begins with; as in `deploy/haproxy`, on one thread. */
export const HAPROXY_DEFAULTS = `
global
  nbthread 1
defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h`;
