import type { INodeProperties } from 'n8n-workflow';

const info = { name: 'Get Info', value: 'getInfo', description: 'Get name, size and date', action: 'Get info' };
const link = { name: 'Get Link', value: 'getLink', description: 'Get a URL for somebody else', action: 'Get a link' };

const resourceProperty: INodeProperties = {
  displayName: 'Resource',
  name: 'resource',
  type: 'options',
  noDataExpression: true,
  options: [
    { name: 'Archive', value: 'archive' },
    { name: 'File', value: 'file' },
    { name: 'Folder', value: 'folder' },
  ],
  default: 'file',
};

function operationsOf(resource: string, options: INodeProperties['options'], fallback: string): INodeProperties {
  return { displayName: 'Operation', name: 'operation', type: 'options', noDataExpression: true, displayOptions: { show: { resource: [resource] } }, options: options ?? [], default: fallback };
}

export const operationProperties: INodeProperties[] = [
  resourceProperty,
  operationsOf('file', [{ name: 'Download', value: 'download', description: 'Download one file', action: 'Download a file' }, { ...info, action: 'Get info of a file' }, { ...link, action: 'Get a link to a file' }], 'download'),
  operationsOf('folder', [{ ...info, action: 'Get info of a folder' }, { ...link, action: 'Get a link to a folder' }, { name: 'List', value: 'list', description: 'List the files and folders in it', action: 'List a folder' }], 'list'),
  operationsOf(
    'archive',
    [{ name: 'Bulk Download', value: 'bulkDownload', description: 'Download files and folders as one archive, proven against what was asked for', action: 'Bulk download files and folders' }],
    'bulkDownload',
  ),
];
