import type { Command } from 'commander';
import { isVaultwireError, VaultwireError } from 'vaultwire';
import { makePrivateFolder } from '../private-file.js';
import { openPairing, publicKeys } from './agent.js';
import { authorizedKey } from './authorized-key.js';
import { askAgent, type ControlAnswers } from './control.js';
import { homeAt, type Home } from './home.js';
import { armorPublicKey } from './openpgp-signature.js';
import { whenStopped } from './stopping.js';

interface PublicKeyOptions {
  readonly home?: string;
  readonly pgp?: string;
}

/** `vaultwire public-key` */
export function registerPublicKey(program: Command): void {
  program
    .command('public-key')
    .summary("print the phone's public keys")
    .description("Prints the phone's SSH public key as a line for ~/.ssh/authorized_keys, or its OpenPGP public key.")
    .option(
      '--pgp <user id>',
      'the OpenPGP key, to give to gpg --import; phones with several choose by this "Name <address>"',
    )
    .option('--home <folder>', 'where the pairing is kept (default: $VAULTWIRE_HOME or ~/.vaultwire)')
    .action(async ({ home: folder, pgp: pgpUserId }: PublicKeyOptions) => {
      const home = homeAt(folder);
      await makePrivateFolder(home.folder);
      const { email, ssh, pgp } = await askPublicKeys(home, pgpUserId);
      const [key, kind] = pgpUserId === undefined ? [ssh, 'SSH'] : [pgp, 'OpenPGP'];
      if (key === undefined) throw new VaultwireError('key-missing', `the phone has no ${kind} key`);
      const bytes = Buffer.from(key, 'base64');
      process.stdout.write(pgpUserId === undefined ? `${authorizedKey(bytes, email)}\n` : armorPublicKey(bytes));
    });
}

async function askPublicKeys(home: Home, pgpUserId: string | undefined): Promise<ControlAnswers['public-keys']> {
  const { signal } = whenStopped();
  try {
    return await askAgent(home, { do: 'public-keys', ...(pgpUserId !== undefined && { pgpUserId }) }, { signal });
  } catch (error) {
    if (!isVaultwireError(error) || error.code !== 'not-found' || signal.aborted) throw error;
    const { session, close } = await openPairing(home, {});
    try {
      return await publicKeys(session, pgpUserId, signal);
    } finally {
      await close();
    }
  }
}
