// These tests need nothing of Node: a browser runs them as they are.
import './bluetooth.test.js';
import './envelope.test.js';
import './identity.test.js';
import './messages.test.js';
import './push.test.js';
import './qr.test.js';
