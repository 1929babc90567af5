import { randomBytes } from 'node:crypto';
import { openDevice } from 'vaultwire/keychain';
import { configurationFile } from 'vaultwire-cli';

/** Stands for the system whose password is rotated. */
const changePasswordOfTarget = async (password) => {
  console.log(`the target takes a password of ${password.length} characters`);
};

const uid = process.env.RECORD_UID;
const device = await openDevice({ store: configurationFile(process.env.DEVICE_FILE ?? 'device.json') });
const { records } = await device.getSecrets({ records: [uid], require: [uid] });
const [record] = records;

const password = randomBytes(24).toString('base64url');
const fields = record.data.fields.map((field) => (field.type === 'password' ? { ...field, value: [password] } : field));

// Pending until it is known whether the target took the new password.
await device.updateRecord(record, { ...record.data, fields }, { transaction: 'rotation' });
try {
  await changePasswordOfTarget(password);
} catch (error) {
  await device.rollbackUpdate(record.uid);
  throw error;
}
// Never rolled back from here on, even if this fails: the target has the password, and the pending update is its only copy.
await device.finalizeUpdate(record.uid);
console.log(`rotated ${record.data.title}`);
