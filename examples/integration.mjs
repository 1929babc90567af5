import { openDevice } from 'vaultwire/keychain';
import { configurationFile } from 'vaultwire-cli';

// The first run spends the one-time token. Later runs need the file alone, and a run that was cut off is finished.
const device = await openDevice({
  store: configurationFile(process.env.DEVICE_FILE ?? 'device.json'),
  token: process.env.ONE_TIME_TOKEN,
});

const { records, failed } = await device.getSecrets();
for (const { uid, data } of records) console.log(`${uid}: ${data.title}`);
for (const { uid, code } of failed) console.error(`${uid} did not open: ${code}`);
