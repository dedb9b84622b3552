// One signed call of onOffice with plain axios: what somebody writes who has read the documentation.
import { createHmac } from 'node:crypto';
import { Agent } from 'node:http';
import { axios } from './axios.mjs';

const actionid = 'urn:onoffice-de-ns:smart:2.5:smartml:action:get';
const httpAgent = new Agent({ keepAlive: true });

export async function callOnOffice({ apiUrl, token, secret }, parameters) {
  const timestamp = Math.floor(Date.now() / 1000);
  const hmac = createHmac('sha256', secret).update(`${timestamp}${token}file${actionid}`).digest('base64');
  const action = { actionid, resourceid: 'address', resourcetype: 'file', identifier: '1', timestamp, hmac, hmac_version: '2', parameters };
  const { data } = await axios.post(apiUrl, { token, request: { actions: [action] } }, { httpAgent, maxContentLength: Infinity });
  return data.response.results[0].data.records;
}
