import { request as httpRequest } from 'node:http';
import { signAction, type OnOfficeSandbox } from '../src/onoffice/index.ts';

export const GET = 'urn:onoffice-de-ns:smart:2.5:smartml:action:get';

export interface Answer {
  status: { code: number; errorcode: number; message: string };
  response: { results: Result[] };
}

export interface Result {
  actionid: string;
  resourceid: string;
  resourcetype: string;
  cacheable: boolean;
  identifier: string;
  data: { meta: { cntabsolute: number | null }; records: FileRecord[] };
  status: { errorcode: number; code?: number; message: string };
}

export interface FileRecord {
  id: number | string;
  type: string;
  elements: { [name: string]: unknown };
}

export type ActionFields = Readonly<Record<string, unknown>>;

/** An action as a client sends it, signed with the sandbox's secret; `changes` come after the signature. */
export function action(sandbox: OnOfficeSandbox, fields: ActionFields, changes: ActionFields = {}, nowMs = Date.now()): ActionFields {
  const unsigned = { actionid: GET, resourceid: 'address', resourcetype: 'file', identifier: '', timestamp: Math.floor(nowMs / 1000), parameters: {}, ...fields };
  const signed = {
    timestamp: unsigned.timestamp,
    token: sandbox.token,
    resourcetype: unsigned.resourcetype,
    actionid: unsigned.actionid,
  };
  return { ...unsigned, hmac: signAction(sandbox.secret, signed), hmac_version: '2', ...changes };
}

export const addressFiles = (sandbox: OnOfficeSandbox, parameters: unknown): ActionFields => action(sandbox, { parameters });
export const appointmentFiles = (sandbox: OnOfficeSandbox, parameters: unknown): ActionFields =>
  action(sandbox, { resourceid: 'appointment', parameters });
export const downloadFiles = (sandbox: OnOfficeSandbox, parameters: unknown): ActionFields =>
  action(sandbox, { resourcetype: 'downloadFiles', parameters });

export function post(sandbox: OnOfficeSandbox, body: unknown, init: RequestInit = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(sandbox.apiUrl, { method: 'POST', body: text, headers: { 'content-type': 'application/json' }, ...init });
}

export async function call(sandbox: OnOfficeSandbox, ...actions: readonly ActionFields[]): Promise<Answer> {
  const response = await post(sandbox, { token: sandbox.token, request: { actions } });
  return (await response.json()) as Answer;
}

export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('This should be there.');
  return value;
}

/** The only result of a call with one action. */
export async function callOne(sandbox: OnOfficeSandbox, one: ActionFields): Promise<Result> {
  const { response } = await call(sandbox, one);
  return present(response.results[0]);
}

export async function records(sandbox: OnOfficeSandbox, one: ActionFields): Promise<FileRecord[]> {
  return (await callOne(sandbox, one)).data.records;
}

export async function errorcode(sandbox: OnOfficeSandbox, one: ActionFields): Promise<number> {
  return (await callOne(sandbox, one)).status.errorcode;
}

/** Link of the first file of appointment 247, unless another is named. */
export async function fileLink(sandbox: OnOfficeSandbox, appointmentid = 247, fileId = 3247): Promise<string> {
  const [record] = await records(sandbox, appointmentFiles(sandbox, { appointmentid, fileId }));
  return String(record?.elements['url']);
}

export async function pageLink(sandbox: OnOfficeSandbox, addressid: number, language?: string): Promise<string> {
  const [record] = await records(sandbox, downloadFiles(sandbox, { addressid, language }));
  return present((record?.elements as unknown as string[] | undefined)?.[0]);
}

/** A GET that tells what came before the connection ended, however it ended; with `mostBytes`, it leaves a moment after that many. */
export function download(url: string, headers: Record<string, string> = {}, mostBytes = Number.POSITIVE_INFINITY): Promise<{ status: number; bytes: Buffer; complete: boolean; length: number }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      let left = mostBytes;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        left -= chunk.length;
        if (left <= 0) setTimeout(() => request.destroy(), 200);
      });
      response.on('error', () => {});
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          bytes: Buffer.concat(chunks),
          complete: response.complete,
          length: Number(response.headers['content-length']),
        }),
      );
    });
    request.on('error', reject);
    request.end();
  });
}
