/** The server's exception families, as far as an HTTP status hangs on them. */
export type Fault =
  | 'not-found'
  | 'argument'
  | 'security'
  | 'authentication'
  | 'brute-force'
  | 'invalid-operation'
  | 'billing'
  | 'unsupported'
  | 'unmapped';

export class VendorError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault, message: string) {
    super(message);
    this.name = 'VendorError';
    this.fault = fault;
  }
}

/** ASP.NET model validation: DocSpace answers it with the success envelope and status 400. */
export class ValidationError extends Error {
  readonly errors: Record<string, string[]>;
  constructor(errors: Record<string, string[]>) {
    super('One or more validation errors occurred.');
    this.name = 'ValidationError';
    this.errors = errors;
  }
}

/** An answer without a body: a challenge, a missing scope, a filter. */
export class BareStatus extends Error {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  constructor(statusCode: number, headers: Record<string, string> = {}) {
    super(`HTTP ${statusCode}`);
    this.name = 'BareStatus';
    this.statusCode = statusCode;
    this.headers = headers;
  }
}

export const messages = {
  fileNotFound: 'The required file was not found',
  folderNotFound: 'The required folder was not found',
  tooManyDownloads: 'Too many downloads.',
  noPermissionToOperate: "You don't have enough permission to perform the operation",
  noPermissionToViewFile: "You don't have enough permission to view the file",
  noPermissionToViewFolder: "You don't have enough permission to view the folder content",
  badRequest: 'Bad request.',
  canceled: 'The operation was canceled',
  authenticationFailed: 'User authentication failed',
} as const;
