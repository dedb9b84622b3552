'use strict';
// Node-RED requires its nodes; this package is ES modules.
module.exports = async (RED) => (await import('../dist/index.js')).registerGet(RED);
