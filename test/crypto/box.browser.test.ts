import { nobleBox } from '../../src/crypto/box.js';
import { describeBox } from './box-contract.js';

describeBox(nobleBox);
