export { registerArchive } from './nodes/archive-node.ts';
export { registerGet } from './nodes/get-node.ts';
export { registerList } from './nodes/list-node.ts';
export { registerPull } from './nodes/pull-node.ts';
export { registerSource } from './nodes/source-node.ts';
