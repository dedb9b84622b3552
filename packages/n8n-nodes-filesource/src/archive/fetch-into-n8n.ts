import { nodeHashing, systemClock } from '@filesource/container';
import { FileSourceError, type Archive, type Operation } from '@filesource/core';
import { fetchArchive, type Receipt } from '@filesource/transfer';
import type { INodeExecutionData } from 'n8n-workflow';
import { keepBinary } from '../node/keep-binary.ts';
import { withTemporaryFile } from '../node/temporary-file.ts';
import { signalOption, textParameter, type OperationCall } from '../operations/operation.ts';

const mediaTypes = { zip: 'application/zip', 'tar.gz': 'application/gzip', single: 'application/octet-stream' } as const;
const mostNamed = 5;

/**
 * A finished archive, proven against what was asked for and handed to n8n.
 * - Throws `corrupt` when files are missing, unless the node is set to give what came.
 */
export async function fetchIntoN8n(call: OperationCall, operation: Operation<Archive>): Promise<INodeExecutionData> {
  const { context, source, itemIndex } = call;
  const archive = await operation.result(signalOption(call));
  return withTemporaryFile(async (file) => {
    const receipt = await fetchArchive({ source, operation: async () => operation, to: { file: file.path }, clock: systemClock, hashing: nodeHashing, ...signalOption(call) });
    if (!receipt.complete && textParameter(call, 'whenIncomplete', 'error') !== 'give') throw incomplete(receipt);
    const { file: _temporary, format = 'zip', ...told } = receipt;
    const { binary, bytes, sha256 } = await keepBinary(context, { body: file.read(), name: archive.name, mediaType: mediaTypes[format], size: null });
    const json = { complete: receipt.complete, name: archive.name, format, size: bytes, sha256, receipt: structuredClone({ ...told, format }) };
    return { json, binary: { [textParameter(call, 'binaryPropertyName', 'data')]: binary }, pairedItem: { item: itemIndex } };
  });
}

function incomplete({ files, totals }: Receipt): FileSourceError {
  const lost = files.filter((file) => file.status !== 'ok').map((file) => file.ref);
  const more = lost.length > mostNamed ? ` and ${lost.length - mostNamed} more` : '';
  return new FileSourceError('corrupt', `the archive lacks ${lost.length} of ${totals.files} files: ${lost.slice(0, mostNamed).join(', ')}${more}`, {
    advice: 'Set When Files Are Missing to give what came; the receipt then names each file.',
  });
}
