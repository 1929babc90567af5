import type { ComputerEnd } from 'vaultwire/pairing/computer';

/** Why a pairing, or an attempt at one, is over, for a person. */
export const ENDINGS: Readonly<Record<ComputerEnd, string>> = {
  'qr-expired': 'no phone scanned the QR code in time',
  'phone-silent': 'a phone scanned the QR code and then said nothing; perhaps another one was quicker',
  'second-key': 'two phones answered: somebody else has seen the QR code',
  denied: 'the codes were not confirmed: whoever scanned the QR code is not paired',
  'not-confirmed': 'the codes were not confirmed in time',
  'unpaired-by-phone': 'the phone has ended it',
  'unpaired-by-computer': 'this computer has ended it',
};
