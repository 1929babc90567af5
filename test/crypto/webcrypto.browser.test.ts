import { describeCryptoKeys } from './webcrypto.js';

describeCryptoKeys();
