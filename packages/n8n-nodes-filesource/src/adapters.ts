import type { AdapterDescriptor } from '@filesource/core';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';

/** The vendors in the bundle; everything else in this package is made from their descriptors. */
export const adapters: readonly AdapterDescriptor[] = [onoffice, onlyoffice];
