// What the bundle exports: the nodes, and what the build writes the credential files from.
export { FileSource } from '../nodes/FileSource/FileSource.node.ts';
export { FileSourceTrigger } from '../nodes/FileSourceTrigger/FileSourceTrigger.node.ts';
export { nodeProviders, type NodeProvider } from './providers.ts';
