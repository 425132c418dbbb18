/** The layers of docs/architecture.md: arrows point inwards only. */
const inside = (folder, allowed) => ({
  name: `${folder}-points-inwards`,
  comment: `src/${folder} may use only: ${allowed.join(', ') || 'nothing outside itself'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: [folder, ...allowed].map((name) => `^src/${name}/`) },
});

module.exports = {
  forbidden: [
    { name: "no-circular", severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'only-composition-knows-the-container',
      comment: '@injectable() may stand anywhere; Container and ContainerModule only in src/composition',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/composition/' },
      to: { path: '^src/composition/', pathNot: '^src/composition/serve\\.ts$' },
    },
    inside('clock', []),
    inside('files', ['clock']),
    inside('locks', ['clock']),
    inside('sessions', ['locks', 'files', 'clock']),
    inside('commands', ['sessions', 'locks', 'files', 'clock']),
    inside('dialects', ['commands']),
    inside('net', ['dialects', 'commands', 'sessions', 'clock']),
    inside('config', []),
    inside('client', []),
  ],
  options: {
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'], extensions: ['.ts', '.js'] },
    doNotFollow: { path: 'node_modules' },
  },
};
