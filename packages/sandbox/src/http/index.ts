export { createApp, type TlsIdentity } from './create-app.ts';
export { parseEveryBodyAsJson } from './parse-json-bodies.ts';
export { recordRequests, type RecordedRequest } from './record-requests.ts';
export { sendBytes, type SendBytesOptions, type TransferFault } from './send-bytes.ts';
export { startServer } from './start-server.ts';
