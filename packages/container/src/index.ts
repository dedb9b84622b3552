export { configJsonSchema } from './config/config-json-schema.ts';
export { describeProviders, type ProviderDescription, type SettingDescription } from './config/describe-provider.ts';
export { readConfigText, sourcesInConfig, withSource, type EditedSource, type EditOptions } from './config/edit-config.ts';
export { configFileNames, findConfig } from './config/find-config.ts';
export { importAdapters } from './config/import-adapters.ts';
export { loadConfig, type ConfiguredSource, type LoadConfigOptions, type LoadedConfig } from './config/load-config.ts';
export { sectionSchemas, type ConfigSections, type SectionSchemas } from './config/sections.ts';
export { createFileSources, type CreateFileSourcesOptions } from './create-file-sources.ts';
export type { FileSources } from './file-sources.ts';
export { fileSourcesModule, type FileSourcesModuleOptions } from './file-sources-module.ts';
export { createJsonLogger, type JsonLoggerOptions } from './logging/json-logger.ts';
export { redactingLogger } from './logging/redacting-logger.ts';
export { nodeHashing } from './ports/node-hashing.ts';
export { systemClock } from './ports/system-clock.ts';
export { systemPorts, type SystemPortsOptions } from './ports/system-ports.ts';
export { systemRandom } from './ports/system-random.ts';
export { tokens } from './tokens.ts';
/** For transports of a host's own: an exchange with `allowPrivate: false` must look names up with it. */
export { publicLookup } from '@filesource/http';
