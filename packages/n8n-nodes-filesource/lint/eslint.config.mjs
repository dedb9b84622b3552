// n8n's lint for community nodes, as it recommends it, over what is published: the nodes, the credentials that the build made, the sources
// that the bundle is made of, and package.json. A rule that does not fit is switched off where it is, with its reason, and nowhere else.
import communityNodes from '@n8n/eslint-plugin-community-nodes';
import nodesBase from 'eslint-plugin-n8n-nodes-base';
import parser from '@typescript-eslint/parser';

const ofBase = (...names) => Object.assign({}, ...names.map((name) => nodesBase.configs[name].rules));
const typescript = { parser, parserOptions: { sourceType: 'module' } };
const sources = ['nodes/**/*.ts', 'credentials/**/*.ts', 'src/**/*.ts'];
const manifest = ['package.json'];

/** Of the older plugin: where it contradicts the newer one. n8n's own set-up for community nodes turns the same rules off. */
const replaced = {
  nodes: {
    // They know the text 'main' only; node-connection-type-literal of the newer plugin refuses it and wants NodeConnectionTypes.Main.
    'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
    'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
  },
  credentials: {
    // Wants the name of a page of n8n's own documentation; credential-documentation-url of the newer plugin wants a URL.
    'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
  },
};

export default [
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { ...communityNodes.configs.recommended, files: [...sources, ...manifest], languageOptions: typescript },
  { files: manifest, languageOptions: { parser, parserOptions: { extraFileExtensions: ['.json'] } } },
  { plugins: { 'n8n-nodes-base': nodesBase }, files: ['nodes/**/*.ts'], rules: { ...ofBase('nodes'), ...replaced.nodes } },
  { plugins: { 'n8n-nodes-base': nodesBase }, files: ['credentials/**/*.ts'], rules: { ...ofBase('credentials'), ...replaced.credentials } },
  { plugins: { 'n8n-nodes-base': nodesBase }, files: manifest, rules: ofBase('community') },
];
