import type { INodeProperties } from 'n8n-workflow';

type Shown = Readonly<Record<string, string[]>>;

function shown(show: Shown): Pick<INodeProperties, 'displayOptions'> {
  return { displayOptions: { show: { ...show } } };
}

export const folderProperty: INodeProperties = {
  displayName: 'Folder',
  name: 'ref',
  type: 'string',
  default: '',
  required: true,
  placeholder: '101',
  description: 'The folder, by the ID that the vendor gives it; the ref of another item works too',
};

const fileProperty: INodeProperties = {
  ...folderProperty,
  displayName: 'File',
  placeholder: '101/7',
  description: 'The file as folder/file, by the IDs that the vendor gives them; the ref of another item works too',
};

const binaryProperty: INodeProperties = {
  displayName: 'Put Output File in Field',
  name: 'binaryPropertyName',
  type: 'string',
  default: 'data',
  required: true,
  description: 'The name of the binary field to put the file in',
};

const archiveOnly = shown({ resource: ['archive'] });

export const parameterProperties: INodeProperties[] = [
  { ...folderProperty, ...shown({ resource: ['folder'] }) },
  { ...fileProperty, ...shown({ resource: ['file'] }) },
  { displayName: 'Return All', name: 'returnAll', type: 'boolean', default: false, description: 'Whether to return all results or only up to a given limit', ...shown({ resource: ['folder'], operation: ['list'] }) },
  {
    displayName: 'Limit',
    name: 'limit',
    type: 'number',
    typeOptions: { minValue: 1 },
    default: 50,
    description: 'Max number of results to return',
    ...shown({ resource: ['folder'], operation: ['list'] }),
    displayOptions: { show: { resource: ['folder'], operation: ['list'], returnAll: [false] } },
  },
  { displayName: 'Language', name: 'language', type: 'string', default: '', placeholder: 'DEU', description: 'Language of a page: three letters. Leave empty for the vendor\'s own.', ...shown({ operation: ['getLink'] }) },
  {
    displayName: 'Files and Folders',
    name: 'refs',
    type: 'string',
    typeOptions: { rows: 3 },
    default: '',
    placeholder: '101, 102/7',
    description: 'What goes into the archive: folders, and files as folder/file, separated by commas or lines; an expression may give a list',
    ...archiveOnly,
  },
  { ...binaryProperty, ...shown({ operation: ['download', 'bulkDownload'] }) },
  {
    displayName: 'When Files Are Missing',
    name: 'whenIncomplete',
    type: 'options',
    options: [
      { name: 'Fail', value: 'error', description: 'Fail, naming what is missing' },
      { name: 'Give What Came', value: 'give', description: 'Give the archive with complete: false; its receipt names what is missing' },
    ],
    default: 'error',
    description: 'What to do with an archive that lacks files that were asked for',
    ...archiveOnly,
  },
  {
    displayName: 'Conversions',
    name: 'conversions',
    type: 'fixedCollection',
    typeOptions: { multipleValues: true },
    placeholder: 'Add Conversion',
    default: {},
    description: 'Files that the vendor converts on the way, where it can',
    options: [
      {
        displayName: 'Conversion',
        name: 'conversion',
        values: [
          { displayName: 'File ID', name: 'file', type: 'string', default: '' },
          { displayName: 'Ending', name: 'ending', type: 'string', default: '.pdf' },
        ],
      },
    ],
    ...archiveOnly,
  },
  {
    displayName: 'Token',
    name: 'token',
    type: 'string',
    default: '',
    // What an agent and another program hand over; it holds ids and no credential, so it is shown.
    description: 'Of a bulk download that was started before, by an earlier call or another program; leave empty to start one',
    ...archiveOnly,
  },
  {
    displayName: 'Hold the Worker For (Seconds)',
    name: 'holdSeconds',
    type: 'number',
    typeOptions: { minValue: 0, maxValue: 60 },
    default: 5,
    description: 'How long to stay for an archive that is finished soon, before the execution is put to wait; n8n goes on with waiting executions about once a minute',
    ...archiveOnly,
  },
  { displayName: 'Longest Wait (Minutes)', name: 'maxWaitMinutes', type: 'number', typeOptions: { minValue: 1 }, default: 1440, description: 'After this the vendor is told to stop, and the node fails', ...archiveOnly },
];
