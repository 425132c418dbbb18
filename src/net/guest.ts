import type { Socket } from 'node:net';
import type { Clock } from '../clock/clock.js';
import type { Log } from '../telemetry/log.js';
import type { Connection } from './connection.js';
import type { ConnectionObserver, RejectionReason } from './connection-observer.js';
import { type Arrival, Reception, type ReceptionRules } from './reception.js';
import type { Reader, SocketReads } from './socket-reads.js';

/** Looks at a socket in one idle timeout: it is closed up to this part of the timeout late. */
export const LOOKS_TILL_IDLE = 8;

/** What all guests share. */
export interface House {
  readonly reads: SocketReads;
  readonly rules: ReceptionRules;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ConnectionObserver;
  /** Its dialect is known. */
  open(socket: Socket, arrival: Arrival): Connection;
  /** Its socket is closed. */
  left(guest: Guest): void;
}

/**
 * One accepted socket: received first, then the connection of its dialect. It alone listens to the
 * socket, since each listener of each of many idle connections takes memory.
 */
export class Guest implements Reader {
  readonly socket: Socket;
  #reception: Reception | undefined;
  #connection: Connection | undefined;
  /** Bytes that moved, when they were looked at last, and how often they were still the same. */
  #moved = 0;
  #stillLooks = 0;

  constructor(
    accepted: Socket,
    private readonly house: House,
  ) {
    const socket = house.reads.reopen(accepted, this);
    this.socket = socket;
    socket.on('error', ignored); // 'close' follows and is where a connection ends
    socket.on('end', () => this.#onEnd());
    socket.on('close', () => this.#onClose());
    this.#reception = new Reception(socket, house.rules, house.clock, house.log, this);
  }

  /** Undefined until its dialect is known. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  take(bytes: Buffer): void {
    if (this.#connection !== undefined) this.#connection.feed(bytes);
    else this.#reception?.feed(bytes);
  }

  room(): Buffer | undefined {
    return this.#connection?.room();
  }

  arrived(arrival: Arrival): void {
    this.#reception = undefined;
    this.#connection = this.house.open(this.socket, arrival);
    this.#connection.feed(arrival.firstBytes);
  }

  rejected(reason: RejectionReason): void {
    this.house.observer.rejected(reason);
  }

  /** To be called {@link LOOKS_TILL_IDLE} times in an idle timeout. */
  look(): void {
    const { bytesRead, bytesWritten, writableLength } = this.socket;
    const moved = bytesRead + bytesWritten - writableLength;
    this.#stillLooks = moved === this.#moved ? this.#stillLooks + 1 : 0;
    this.#moved = moved;
    if (this.#stillLooks < LOOKS_TILL_IDLE) return;
    this.#stillLooks = 0;
    if (this.#connection === undefined) this.socket.destroy();
    else this.#connection.onIdle();
  }

  #onEnd(): void {
    if (this.#connection === undefined) this.socket.destroy();
    else this.#connection.onEnd();
  }

  #onClose(): void {
    this.#reception?.cancel();
    this.#connection?.onClose();
    this.house.observer.closed(this.#connection?.dialect ?? 'unknown');
    this.house.left(this);
  }
}

function ignored(): void {}
