import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/cli.ts', 'src/sign-git.ts', 'src/index.ts'],
  tsconfig: 'tsconfig.build.json',
  format: 'esm',
  target: 'node20',
  platform: 'node',
  dts: { entry: 'src/index.ts' },
  sourcemap: true,
  splitting: true,
  clean: true,
});
