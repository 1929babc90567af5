import { startComputerSession } from 'vaultwire/pairing/computer';
import { verifyU2fAuthentication } from 'vaultwire/pairing/u2f';

const appId = 'https://vault.example';

/** What is signed: the hash of client data, which says what it is for and where, with bytes that no other has. */
async function makeChallenge(typ) {
  const random = crypto.getRandomValues(new Uint8Array(32)); // of the server's choice, in a real sign-in
  const challenge = btoa(String.fromCharCode(...random)).replace(/[+/=]/g, (c) => ({ '+': '-', '/': '_' })[c] ?? '');
  const clientData = new TextEncoder().encode(JSON.stringify({ typ, challenge, origin: appId }));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', clientData));
}

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
    store, // where the pairing lives; memoryPairingStore() of vaultwire/pairing forgets it with the page
    confirm, // asks the user whether the phone shows the same six digits
  });
  showQr(phone.qrText);
  const { email } = await phone.paired;
  const challenge = await makeChallenge('navigator.id.finishEnrollment');
  const { publicKey, keyHandle } = await phone.request({ kind: 'u2f-register', challenge, appId });
  return { phone, email, key: { publicKey, keyHandle, counter: 0 } }; // a server keeps the key, and the last counter
}

/** Opens the vault if the phone's user says yes. Throws `request-rejected` if they say no. */
export async function unlock({ phone, key }) {
  const challenge = await makeChallenge('navigator.id.getAssertion');
  const { counter, signature } = await phone.request({
    kind: 'u2f-authenticate',
    challenge,
    appId,
    keyHandle: key.keyHandle,
  });
  if (!(await verifyU2fAuthentication({ appId, challenge, counter }, key.publicKey, signature))) {
    throw new Error('this is not the key that was registered');
  }
  if (counter <= key.counter) throw new Error('this signature is an old one, or there is a copy of the key');
  key.counter = counter;
  return 'the vault is open';
}
