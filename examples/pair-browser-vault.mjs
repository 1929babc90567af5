import { startComputerSession } from 'vaultwire/pairing/computer';
import { verifyU2fAuthentication } from 'vaultwire/pairing/u2f';

const appId = 'https://vault.example';
const randomBytes = () => crypto.getRandomValues(new Uint8Array(32));

/** Between the tabs of one browser. A relay, a queue or Bluetooth is the same: whatever carries bytes is a channel. */
const betweenTabs = ({ sendQueue, receiveQueue }) => ({
  name: 'tabs',
  send: async (message) => {
    const tab = new BroadcastChannel(sendQueue);
    tab.postMessage(message);
    tab.close();
  },
  receive: (deliver) => {
    const tab = new BroadcastChannel(receiveQueue);
    tab.onmessage = ({ data }) => deliver(data);
    return () => tab.close();
  },
});

/** Pairs a vault in a browser with a phone, and takes the phone's security key for it. */
export async function pairVault({ store, deviceIdentifier, showQr, confirm }) {
  const phone = await startComputerSession({
    name: 'Vault on my laptop',
    browser: { deviceIdentifier, name: 'Firefox' },
    channels: (address) => [betweenTabs(address)],
    store, // where the pairing lives; memoryPairingStore() of the same entry forgets it with the page
    confirm, // asks the user whether the phone shows the same six digits
  });
  showQr(phone.qrText);
  const { email } = await phone.paired;
  const key = await phone.request({ kind: 'u2f-register', challenge: randomBytes(), appId });
  return { phone, email, key };
}

/** Opens the vault if the phone's user says yes. Throws `request-rejected` if they say no. */
export async function unlock({ phone, key }) {
  const challenge = randomBytes(); // of the server's choice, in a real sign-in
  const { counter, signature } = await phone.request({
    kind: 'u2f-authenticate',
    challenge,
    appId,
    keyHandle: key.keyHandle,
  });
  if (!(await verifyU2fAuthentication({ appId, challenge, counter }, key.publicKey, signature))) {
    throw new Error('this is not the key that was registered');
  }
  return 'the vault is open';
}
