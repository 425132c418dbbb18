import { type CandadoClient, type ClientOptions, connect } from '../../src/client/index.js';
import { type Answer, ScriptedServer } from '../support/scripted-server.js';
import { SessionScript } from '../support/session-script.js';

/** Comes back at once. */
export const QUICK: Partial<ClientOptions> = { reconnectMinDelayMs: 1, reconnectMaxDelayMs: 5 };

export interface Scene {
  readonly client: CandadoClient;
  readonly server: ScriptedServer;
  readonly session: SessionScript;
}

/** A client of a server that keeps sessions as its script says. */
export async function withSession(
  answers: Readonly<Record<string, Answer>>,
  action: (scene: Scene) => Promise<void>,
  options: Partial<ClientOptions> = {},
  session = new SessionScript(),
): Promise<void> {
  await using server = await ScriptedServer.start({ ...session.answers, ...answers });
  await using client = await connect({ port: server.port, ...QUICK, ...options });
  await action({ client, server, session });
}
