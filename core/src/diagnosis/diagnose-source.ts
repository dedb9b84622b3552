import { FileSourceError } from '../errors/file-source-error.ts';
import { throwIfAborted, toFileSourceError } from '../errors/to-file-source-error.ts';
import type { Redactor } from '../redaction.ts';
import type { CallOptions, SourceAdapter } from '../source-adapter.ts';
import { failureFinding } from './exchange-findings.ts';
import { skippedFinding, type Finding } from './finding.ts';

/** What the checks of an adapter find, with nothing secret in it; a check that itself fails is a finding too. */
export async function diagnoseSource(adapter: SourceAdapter, redactor: Redactor, options: CallOptions): Promise<readonly Finding[]> {
  throwIfAborted(options.signal);
  const findings = await found(adapter, options);
  return findings.map((finding) => ({
    ...finding,
    message: redactor.redact(finding.message),
    ...(finding.advice === undefined ? {} : { advice: redactor.redact(finding.advice) }),
  }));
}

async function found(adapter: SourceAdapter, options: CallOptions): Promise<readonly Finding[]> {
  if (adapter.diagnose === undefined) return [skippedFinding('credentials', 'the adapter has no checks of its own', 'List a folder of the source: that shows whether the credentials are good.')];
  try {
    return await adapter.diagnose(options);
  } catch (thrown) {
    throwIfAborted(options.signal);
    const error = toFileSourceError(thrown);
    if (FileSourceError.is(error, 'aborted')) throw error;
    return [failureFinding('reachability', 'the checks of the adapter failed', error, 'Check the settings of the source.')];
  }
}
