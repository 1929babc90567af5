// Writes configurations, one after the other, until it is killed: run by configuration-file.test.ts.
import { configurationFile } from '../../reference/dist/index.js';
import { defaultSuite } from 'vaultwire/crypto';

const store = configurationFile(process.argv[2]);
const deviceKey = await defaultSuite.generateSigningKey({ extractable: true });
const clientId = Buffer.alloc(64, 1).toString('base64');
for (let round = 0; ; round++) {
  await store.write({ host: `round-${round}`, clientId, deviceKey });
  if (round === 3) console.log('writing');
}
