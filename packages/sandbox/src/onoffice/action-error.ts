const MESSAGES: Readonly<Record<number, string>> = {
  1: 'Unknown error occurred',
  9: 'Empty request',
  13: 'Missing or invalid element: token',
  22: 'Not authenticated',
  23: 'Missing configuration for actionId "%s"',
  // Measured with a small letter at its start.
  24: 'missing configuration for resourceId "%s"',
  25: 'Missing configuration for resourceType "%s"',
  80: 'Unknown record. Record may not exist or the permission rights are not set accordingly for this action.',
  96: 'Missing address record id',
  97: 'Error in action',
  117: 'Missing appointment ID',
  121: 'Invalid appointment id',
  127: 'File not found',
  136: 'Your timestamp is too old or your server time is wrong.',
  137: 'The HMAC is invalid',
  144: 'Invalid field in input data: %s',
  156: 'Access violation',
  158: 'Access from this IP not allowed',
  160: 'Invalid language: "%s"',
  169: 'Appointment not found',
  199: 'Not implemented',
  228: 'Given element or parameter was expected to be an integer: %s',
  243: 'The HMAC is invalid. "%s" should be passed as string',
  255: 'Invalid value for parameter "%s"',
  292: 'Unknown address record id. Record may not exist or the permission rights are not set accordingly for this action.',
};

/** A refusal with onOffice's own code; `detail` fills the gap in the code's text. */
export class ActionError extends Error {
  readonly errorcode: number;

  constructor(errorcode: number, detail = '') {
    super((MESSAGES[errorcode] ?? 'unknown error').replace('%s', () => detail));
    this.name = 'ActionError';
    this.errorcode = errorcode;
  }

  static withMessage(errorcode: number, message: string): ActionError {
    const error = new ActionError(errorcode);
    error.message = message;
    return error;
  }
}
