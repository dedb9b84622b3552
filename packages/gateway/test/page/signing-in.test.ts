import { expect, it } from '@jest/globals';
import { tokens } from '../support/gateway.ts';
import { describeInBrowser, folderStatus } from './browser.ts';

describeInBrowser('signing in to the page', {}, (stage) => {
  it('takes the token from a link, out of the address at once, and keeps it nowhere', async () => {
    const page = await stage.visit();
    expect(page.url()).toBe(`${stage.world.url}/`);
    const kept = await page.evaluate('JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, history.state, document.documentElement.outerHTML])');
    expect(kept).not.toContain(tokens.all);
    const cookies = await page.context().cookies();
    expect(cookies.map(({ httpOnly, sameSite, value }) => ({ httpOnly, sameSite, isToken: value.includes(tokens.all) }))).toEqual([{ httpOnly: true, sameSite: 'Strict', isToken: false }]);
  });

  it('says that a token is wrong, or missing, and takes the right one', async () => {
    const page = await stage.visit({ at: null });
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').textContent()).toBe('Enter the access token.');
    await page.getByLabel('Access token').fill('not-a-token-of-this-gateway');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'does not accept this token' }).waitFor();
    expect(await page.getByLabel('Access token').inputValue()).toBe('');
    await page.getByLabel('Access token').fill(tokens.all);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sources' }).waitFor();
  });

  it('says that the token of a link is wrong', async () => {
    const page = await stage.visit({ at: null });
    await page.goto(`${stage.world.url}/#token=wrong`);
    await page.getByRole('alert').filter({ hasText: 'does not accept this token' }).waitFor();
    expect(page.url()).not.toContain('wrong');
  });

  it('asks again when the session is over, and goes on where one was', async () => {
    const page = await stage.visit({ at: '#/contacts/1237' });
    await folderStatus(page, '25 entries');
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'contacts' }).click();
    await page.evaluate('location.hash = "#/contacts/1240"');
    await page.getByLabel('Access token').fill(tokens.all);
    await page.keyboard.press('Enter');
    await folderStatus(page, '100 entries');
  });

  it('signs out, and forgets what was kept for the session', async () => {
    const page = await stage.visit({ at: '#/contacts' });
    await page.getByLabel('Folder', { exact: true }).fill('1250');
    await page.keyboard.press('Enter');
    await folderStatus(page, 'This folder is empty.');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access token').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await page.getByLabel('Access token').waitFor();
  });

  it('says that the browser keeps no session, and that the gateway cannot be reached', async () => {
    const page = await stage.visit({ at: null });
    await page.route('**/v1/session', (route) => route.fulfill({ status: 204 }));
    await page.getByLabel('Access token').fill(tokens.all);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Allow cookies for this address' }).waitFor();
    await page.unroute('**/v1/session');
    await page.route('**/v1/session', (route) => route.abort());
    await page.getByLabel('Access token').fill(tokens.all);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'No connection' }).waitFor();
  });

  it('shows only what the token may use', async () => {
    const page = await stage.visit({ at: null });
    await page.getByLabel('Access token').fill(tokens.contacts);
    await page.keyboard.press('Enter');
    await page.locator('.sources').waitFor();
    expect(await page.locator('.sources h2').allTextContents()).toEqual(['contacts']);
  });
});
