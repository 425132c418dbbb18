/** The layers of docs/architecture.md: arrows point inwards only. */
const inside = (folder, allowed) => ({
  name: `${folder}-points-inwards`,
  comment: `src/${folder} may use only: ${allowed.join(', ') || 'nothing outside itself'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    path: '^src/',
    // The log is a port without any dependency; every layer may write to it.
    pathNot: ['^src/telemetry/log\\.ts$', ...[folder, ...allowed].map((name) => `^src/${name}/`)],
  },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    inside('clock', []),
    inside('redis', ['clock']),
    inside('events', ['clock', 'redis']),
    inside('files', ['clock']),
    inside('locks', ['clock', 'events', 'redis']),
    inside('sessions', ['locks', 'files', 'events', 'clock']),
    inside('commands', ['sessions', 'locks', 'files', 'events', 'clock']),
    inside('dialects', ['commands']),
    inside('net', ['dialects', 'commands', 'sessions', 'locks', 'events', 'clock']),
    // A URL is understood in one place, by who reads it at the start and by who connects.
    inside('config', ['redis/url', 'files/url']),
    // It leads processes and knows nothing of what they do.
    inside('workers', ['clock', 'config']),
    inside('client', ['clock']),
    inside('cli', ['client']),
    // Of the layers it observes it knows the ports and the closed sets of words, to label with.
    inside('telemetry', [
      'config',
      'clock',
      'files',
      'locks',
      'events',
      'redis',
      'sessions',
      'commands',
      'dialects',
      'net',
      'workers',
    ]),
  ],
  options: {
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types'],
      extensions: ['.ts', '.js'],
    },
    doNotFollow: { path: 'node_modules' },
  },
};
