import contentDisposition from 'content-disposition';
import type { FastifyInstance } from 'fastify';
import { sendBytes } from '../http/index.ts';
import { archive } from './archive.ts';
import { downloadPage } from './download-page.ts';
import { sendExpired } from './file-link-routes.ts';
import { sendHtml, sendStatusPage } from './http-faults.ts';
import { PAGE_PATH } from './links.ts';
import { pageTexts } from './page-texts.ts';
import type { World } from './world.ts';

interface PageQuery {
  Querystring: { params?: string; file?: string; all?: string };
}

/** The page behind a 14-day link and the downloads that it offers. */
export function addPageRoutes(app: FastifyInstance, world: World): void {
  app.get<PageQuery>(PAGE_PATH, (request, reply) => {
    // The address of the page is its only lock, so it must not be told to anybody.
    void reply.headers({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    });
    const { params, file: fileId, all } = request.query;
    const ticket = world.links.ticket(params, 'address-page');
    if (ticket === undefined || params === undefined) return sendExpired(reply, world);
    const files = world.store.addresses.files(ticket.folderId);
    if (files === undefined) return sendStatusPage(reply, 404);
    if (fileId !== undefined) {
      const file = world.store.addresses.file(ticket.folderId, Number(fileId));
      if (file === undefined) return sendStatusPage(reply, 404);
      return sendBytes(reply, file.document.bytes(), { name: file.document.name, mediaType: file.document.mediaType, ranges: world.quirks.linkRanges });
    }
    if (all !== undefined) {
      void reply.type('application/zip').header('content-disposition', contentDisposition(`${pageTexts(ticket.language).archive} ${ticket.folderId}.zip`));
      return reply.send(archive(files));
    }
    return sendHtml(reply, downloadPage(files, ticket.language, `${PAGE_PATH}?params=${encodeURIComponent(params)}`));
  });
}
