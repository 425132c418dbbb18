/**
 * How long who subscribes may have to wait until the events of all replicas come here, in
 * milliseconds: twice what connecting to Redis takes after a short outage.
 */
export const CATCH_UP_MS = 2_000;
