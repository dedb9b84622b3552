import { App } from './app.ts';
import { startLanguage } from './text/language.ts';
import { applyTheme, theme } from './theme.ts';

applyTheme(theme());
startLanguage();
const root = document.querySelector<HTMLElement>('#app');
if (root !== null) void new App(root).start();
