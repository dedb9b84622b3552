import { Api, ProblemError, problemOf } from './api.ts';
import { Downloads } from './model/downloads.ts';
import { FolderNames } from './model/folder-names.ts';
import { Folder } from './model/folder.ts';
import { parseRoute, tokenOf, type Route } from './model/route.ts';
import { sourcesPath } from './paths.ts';
import { forgetSession } from './storage.ts';
import { chooseLanguage, t } from './text/language.ts';
import { visibleName } from './text/visible-name.ts';
import { chooseTheme } from './theme.ts';
import { Announcer } from './view/announcer.ts';
import { el } from './view/dom.ts';
import { headerView } from './view/header-view.ts';
import { problemBox } from './view/problem-box.ts';
import { routeView } from './view/route-view.ts';
import { signInView } from './view/sign-in-view.ts';
import type { Problem, SourceInfo } from './wire.ts';

const noCookie: Problem = {
  kind: 'unexpected',
  detail: 'The gateway accepted the token, but the browser does not send the cookie of the session.',
  advice: 'Allow cookies for this address. Whoever runs the gateway behind https checks its publicUrl.',
};

/** The page: what is known, and which view shows it. Views are made anew for another place, language or sign-in; models stay. */
export class App {
  readonly #root: HTMLElement;
  readonly #announcer = new Announcer();
  readonly #api = new Api(() => this.#signedOut(null));
  readonly #downloads = new Downloads(this.#api);
  readonly #names = new FolderNames(this.#api);
  #route: Route = parseRoute('');
  #sources: readonly SourceInfo[] | null = null;
  #folder: Folder | null = null;
  #problem: Problem | null = null;
  #needsSignIn = false;
  #hasArrived = false;
  #left = new AbortController();

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  async start(): Promise<void> {
    globalThis.addEventListener('hashchange', () => void this.#arrive());
    await this.#arrive();
  }

  /** The address says where to go, or brings a token, which leaves the address before anything else happens. */
  async #arrive(): Promise<void> {
    const token = tokenOf(location.hash);
    if (token === null) return this.#go();
    history.replaceState(null, '', `${location.pathname}${location.search}`);
    try {
      await this.#signIn(token);
    } catch (error) {
      this.#signedOut(problemOf(error));
    }
  }

  async #go(): Promise<void> {
    this.#route = parseRoute(location.hash);
    if (this.#sources === null && !(await this.#loadSources())) return;
    this.#openFolder();
    this.#render();
    this.#focusTitle();
  }

  async #loadSources(): Promise<boolean> {
    this.#problem = null;
    this.#needsSignIn = false;
    this.#render();
    try {
      const { items } = await this.#api.get<{ readonly items: readonly SourceInfo[] }>(sourcesPath);
      this.#sources = items;
      this.#downloads.resume();
      return true;
    } catch (error) {
      // A refused session has shown the sign-in form already.
      if (error instanceof ProblemError && error.httpStatus === 401) return false;
      this.#problem = problemOf(error);
      this.#render();
      return false;
    }
  }

  #openFolder(): void {
    const { source: name, trail } = this.#route;
    const source = this.#sources?.find((known) => known.name === name);
    const id = trail.at(-1);
    if (this.#folder !== null && this.#folder.source === source && this.#folder.id === id) return;
    this.#folder?.leave();
    this.#folder = source === undefined || id === undefined ? null : new Folder(this.#api, source, id);
    void this.#folder?.load();
  }

  #render(): void {
    this.#left.abort();
    this.#left = new AbortController();
    const focused = document.activeElement?.id ?? '';
    const skip = el('a', { href: '#main', class: 'skip' }, t().skip);
    const main = el('main', { id: 'main', tabindex: '-1' }, ...this.#content());
    skip.addEventListener('click', (event) => {
      event.preventDefault();
      main.focus();
    });
    this.#root.replaceChildren(skip, this.#header(), main, this.#announcer.element);
    document.title = this.#title();
    if (focused !== '') document.querySelector<HTMLElement>(`#${CSS.escape(focused)}`)?.focus();
  }

  #content(): readonly HTMLElement[] {
    if (this.#needsSignIn) return [signInView({ problem: this.#problem, signIn: (token) => this.#signIn(token) })];
    if (this.#problem !== null) return [problemBox(this.#problem, () => void this.#go())];
    if (this.#sources === null) return [el('p', { class: 'quiet' }, t().loading)];
    return routeView({
      api: this.#api,
      route: this.#route,
      sources: this.#sources,
      folder: this.#folder,
      names: this.#names,
      downloads: this.#downloads,
      say: (text) => this.#announcer.say(text),
      reload: () => this.#reload(),
      signal: this.#left.signal,
    });
  }

  #header(): HTMLElement {
    return headerView({
      signedIn: this.#sources !== null,
      onLanguage: (next) => {
        chooseLanguage(next);
        this.#render();
      },
      onTheme: chooseTheme,
      onSignOut: () => void this.#signOut(),
    });
  }

  #title(): string {
    if (this.#needsSignIn) return `${t().signIn} – filesource`;
    const { source, trail } = this.#route;
    return [...(source === null ? [t().home] : [...trail.slice(-1).map(visibleName), source]), 'filesource'].join(' – ');
  }

  /** A screen reader says where one is now; at the first view the browser has said so itself. */
  #focusTitle(): void {
    if (this.#hasArrived) document.querySelector<HTMLElement>('#title')?.focus();
    this.#hasArrived = true;
  }

  #reload(): void {
    this.#folder?.leave();
    this.#folder = null;
    void this.#go();
  }

  async #signIn(token: string): Promise<void> {
    await this.#api.signIn(token);
    this.#sources = null;
    await this.#go();
    if (this.#needsSignIn) this.#signedOut(noCookie);
  }

  async #signOut(): Promise<void> {
    try {
      await this.#api.signOut();
    } catch (error) {
      // A session that is over already is signed out.
      if (!(error instanceof ProblemError) || error.httpStatus !== 401) {
        this.#problem = problemOf(error);
        return this.#render();
      }
    }
    forgetSession();
    this.#downloads.forget();
    this.#signedOut(null);
    this.#announcer.say(t().signedOut);
  }

  #signedOut(problem: Problem | null): void {
    // Several requests may be refused at once, and somebody may be typing already.
    if (this.#needsSignIn && problem === null) return;
    this.#folder?.leave();
    this.#folder = null;
    this.#sources = null;
    this.#problem = problem;
    this.#needsSignIn = true;
    this.#hasArrived = true;
    this.#render();
    document.querySelector<HTMLElement>('#token')?.focus();
  }
}
