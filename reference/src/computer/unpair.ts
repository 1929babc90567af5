import type { Command } from 'commander';
import { isVaultwireError } from 'vaultwire';
import { makePrivateFolder } from '../private-file.js';
import { openPairing } from './agent.js';
import { askAgent } from './control.js';
import { homeAt } from './home.js';

/** `vaultwire unpair` */
export function registerUnpair(program: Command): void {
  program
    .command('unpair')
    .summary('end the pairing with the phone')
    .description('Ends the pairing with the phone, which is told so, and forgets its key.')
    .option('--home <folder>', 'where the pairing is kept (default: $VAULTWIRE_HOME or ~/.vaultwire)')
    .action(async ({ home: folder }: { readonly home?: string }) => {
      const home = homeAt(folder);
      await makePrivateFolder(home.folder);
      let told: boolean;
      try {
        ({ told } = await askAgent(home, { do: 'unpair' }));
      } catch (error) {
        if (!isVaultwireError(error) || error.code !== 'not-found') throw error;
        const { session, close, accepted } = await openPairing(home, {});
        try {
          await session.unpair();
        } finally {
          await close();
        }
        told = accepted() > 0;
      }
      console.log('The pairing has ended.');
      if (told) return;
      console.error('The phone could not be told: end the pairing there as well (vaultwire phone unpair).');
      process.exitCode = 1;
    });
}
