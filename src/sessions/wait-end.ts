/**
 * Why the wait of a connection's command is ended: its client is gone; somebody asked for it; this
 * replica stops.
 */
export type WaitEnd = 'left' | 'unblocked' | 'draining';
