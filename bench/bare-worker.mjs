// The bare loop over some of a vault's records, in a thread of its own, where what it opened stays.
import { parentPort, workerData } from 'node:worker_threads';
import { bareLoop } from './bare.mjs';

const loop = bareLoop(workerData);
let opened = [];
parentPort.on('message', () => {
  opened = loop();
  parentPort.postMessage(opened.length);
  opened = [];
});
