import type { Api } from '../api.ts';
import { checkDownload } from '../model/check-download.ts';
import type { Downloads } from '../model/downloads.ts';
import type { FolderNames } from '../model/folder-names.ts';
import type { Folder } from '../model/folder.ts';
import { rememberFolder } from '../model/recent-folders.ts';
import { routeTo, type Route } from '../model/route.ts';
import { folderRef, refWithoutSource } from '../paths.ts';
import { t } from '../text/language.ts';
import type { Entry, SourceInfo } from '../wire.ts';
import { breadcrumbsView } from './breadcrumbs-view.ts';
import { el, setText } from './dom.ts';
import { downloadsView } from './downloads-view.ts';
import { folderView } from './folder-view.ts';
import { problemBox } from './problem-box.ts';
import { sourceView } from './source-view.ts';
import { sourcesView } from './sources-view.ts';

export interface RouteViewOptions {
  readonly api: Api;
  readonly route: Route;
  readonly sources: readonly SourceInfo[];
  readonly folder: Folder | null;
  readonly names: FolderNames;
  readonly downloads: Downloads;
  readonly say: (text: string) => void;
  /** Looks at the folder anew. */
  readonly reload: () => void;
  readonly signal: AbortSignal;
}

/** What the address asks for: the sources, one source, or a folder of it; and the bulk downloads above it. */
export function routeView(options: RouteViewOptions): readonly HTMLElement[] {
  const { route, sources, downloads, say, signal } = options;
  const below = downloadsView({ downloads, say, signal });
  if (route.source === null) return [below, sourcesView(sources)];
  const source = sources.find(({ name }) => name === route.source);
  if (source === undefined) return [breadcrumbs(options), below, problemBox({ kind: 'not-found', detail: `${route.source}: ?` })];
  const folder = options.folder === null ? [] : [openFolder(options, options.folder)];
  return [breadcrumbs(options), below, sourceView(source, route.trail[0] ?? null, (id) => goTo(source, id, options.reload)), ...folder];
}

function goTo(source: SourceInfo, id: string, reload: () => void): void {
  rememberFolder(source.name, id);
  const hash = routeTo(source.name, [id]);
  if (location.hash === hash) reload();
  else location.hash = hash;
}

function breadcrumbs({ route, names, signal }: RouteViewOptions): HTMLElement {
  const holder = el('div', {});
  const draw = (): void => holder.replaceChildren(...[breadcrumbsView(route, (id) => names.nameOf(route.source ?? '', id))].filter((nav) => nav !== null));
  names.follow(draw, signal);
  draw();
  return holder;
}

function openFolder(options: RouteViewOptions, folder: Folder): HTMLElement {
  const { api, route, names, downloads, say, signal } = options;
  const source = folder.source.name;
  const view = folderView({
    folder,
    title: names.nameOf(source, folder.id),
    hrefOf: ({ id }: Entry) => routeTo(source, [...route.trail, id]),
    check: (entry) => checkDownload(api, folder.source, entry),
    signal,
    download: async (chosen) => {
      const refs = chosen === null ? [folderRef(folder.id)] : folder.entries.filter(({ ref }) => chosen.has(ref)).map(refWithoutSource);
      await downloads.begin(refs, { source, folder: folder.id, name: names.nameOf(source, folder.id), count: chosen?.size ?? null });
      folder.chooseNone();
      say(t().starting);
      document.querySelector<HTMLElement>('#downloads-title')?.focus();
    },
  });
  names.learn(source, folder.entries);
  folder.follow(() => names.learn(source, folder.entries), signal);
  names.follow(() => {
    const title = view.querySelector<HTMLElement>('#title bdi');
    if (title !== null) setText(title, names.nameOf(source, folder.id));
  }, signal);
  return view;
}
