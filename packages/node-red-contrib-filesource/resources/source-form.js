/* Runs in the editor: draws the settings of a source from what the server tells of its providers. */
(function () {
  const passwordKept = '__PWRD__';
  let form;

  const idOf = (name) => `filesource-setting-${name}`;
  const keyOf = (provider, name) => `${provider}__${name}`;
  const isNumber = ({ type }) => type === 'number' || type === 'whole-number';
  const textOf = (value) => (value === undefined || value === null ? '' : Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value));

  async function fetchProviders(adapters) {
    const packages = adapters.split(',').map((name) => name.trim()).filter((name) => name !== '');
    const request = packages.length === 0 ? { url: 'filesource/providers' } : { url: 'filesource/providers', method: 'POST', contentType: 'application/json', data: JSON.stringify({ adapters: packages }) };
    return (await $.ajax({ ...request, dataType: 'json' })).providers;
  }

  /** What the editor asked for before it knew the secrets lacks some of them. */
  async function fetchCredentials(node) {
    try {
      return await $.ajax({ url: `credentials/filesource-source/${node.id}`, dataType: 'json' });
    } catch {
      return {};
    }
  }

  function open(node) {
    const mine = (form = { node, providers: [], settings: JSON.parse(JSON.stringify(node.settings ?? {})), shown: undefined, saved: {} });
    const showMode = () => {
      const isFile = $('#node-config-input-mode').val() === 'file';
      $('#filesource-file').toggle(isFile);
      $('#filesource-settings').toggle(!isFile);
    };
    $('#node-config-input-mode').on('change', showMode);
    if (!node.mode) $('#node-config-input-mode').val('settings');
    showMode();
    $('#filesource-provider').on('change', () => {
      keepShown();
      show($('#filesource-provider').val());
    });
    $('#node-config-input-adapters').on('change', () => void load(mine));
    void load(mine);
  }

  async function load(mine) {
    const { node } = mine;
    try {
      const [providers, saved] = await Promise.all([fetchProviders($('#node-config-input-adapters').val() ?? ''), fetchCredentials(node)]);
      if (form !== mine) return;
      keepShown();
      Object.assign(mine, { providers, saved });
      for (const { name, settings } of providers) for (const field of settings) if (field.type === 'secret') node._def.credentials[keyOf(name, field.name)] = { type: 'password' };
      const chosen = $('#filesource-provider').val() || node.provider;
      $('#filesource-provider').empty().append(providers.map(({ name, title }) => $('<option>').val(name).text(`${name} – ${title}`)));
      if (providers.some(({ name }) => name === chosen)) $('#filesource-provider').val(chosen);
      $('#filesource-problem').hide();
      show($('#filesource-provider').val());
    } catch (problem) {
      const error = problem.responseJSON?.error;
      $('#filesource-problem').text(error === undefined ? node._('source.noAnswer') : `${error.message} ${error.advice ?? ''}`).show();
    }
  }

  function show(providerName) {
    const provider = form.providers.find(({ name }) => name === providerName);
    $('#filesource-own, #filesource-common').empty();
    form.shown = provider;
    const alternatives = (provider?.alternatives ?? []).map((names) => names.join(' + '));
    if (alternatives.length > 0) $('<div class="form-tips" style="margin-bottom: 12px">').text(form.node._('source.alternatives', { alternatives: alternatives.join(form.node._('source.or')) })).appendTo('#filesource-own');
    for (const field of provider?.settings ?? []) $(field.isCommon ? '#filesource-common' : '#filesource-own').append(row(provider.name, field));
  }

  function row(provider, field) {
    const input = inputOf(provider, field);
    // Names of settings are longer than what stands beside an input elsewhere.
    const label = $('<label style="width: 100%">').attr('for', input.attr('id')).text(field.name).append(field.isRequired ? $('<span aria-hidden="true">').text(' *') : '');
    const help = $('<div style="opacity: 0.75; font-size: 0.9em">').attr('id', `${input.attr('id')}-help`).text(field.description);
    input.css('width', '100%').attr({ 'aria-describedby': help.attr('id'), 'aria-required': field.isRequired });
    return $('<div class="form-row">').append(label, input, help);
  }

  function inputOf(provider, field) {
    if (field.type === 'secret') return secretInput(keyOf(provider, field.name), field);
    const value = form.settings[provider]?.[field.name];
    if (field.type === 'choice' || field.type === 'boolean') {
      const choices = ['', ...(field.choices ?? ['true', 'false'])];
      const nameOf = (choice) => (choice !== '' ? choice : field.default === undefined ? '–' : `(${textOf(field.default)})`);
      return $('<select>').attr('id', idOf(field.name)).append(choices.map((choice) => $('<option>').val(choice).text(nameOf(choice)))).val(textOf(value));
    }
    const input = $('<input>').attr({ id: idOf(field.name), type: isNumber(field) ? 'number' : 'text', placeholder: textOf(field.default) });
    if (isNumber(field)) input.attr({ min: field.minimum, max: field.maximum, step: field.type === 'number' ? 'any' : 1 });
    return input.val(textOf(value));
  }

  /** Node-RED itself reads inputs of this id, and never shows what is stored. */
  function secretInput(key) {
    const { node, saved } = form;
    const local = node.credentials ?? {};
    const isSaved = local[`has_${key}`] ?? saved[`has_${key}`] ?? false;
    node.credentials = { ...local, [`has_${key}`]: isSaved };
    return $('<input>').attr({ id: `node-config-input-${key}`, type: 'password', autocomplete: 'new-password' }).val(local[key] ?? (isSaved ? passwordKept : ''));
  }

  /** What stands in the form goes into the settings of its provider; empty fields go out of them. */
  function keepShown() {
    if (form?.shown === undefined) return;
    const settings = { ...form.settings[form.shown.name] };
    for (const field of form.shown.settings) {
      if (field.type === 'secret') {
        keepSecret(keyOf(form.shown.name, field.name));
        continue;
      }
      const text = String($(`#${idOf(field.name)}`).val() ?? '').trim();
      if (text === '') delete settings[field.name];
      else settings[field.name] = valueOf(field, text);
    }
    form.settings[form.shown.name] = settings;
  }

  /** Its input goes away when another provider is shown, before Node-RED reads it. */
  function keepSecret(key) {
    const value = $(`#node-config-input-${key}`).val();
    if (value === undefined || value === passwordKept) return;
    const { node } = form;
    if (value === '' && node.credentials[`has_${key}`] !== true) return;
    Object.assign(node.credentials, { [key]: value, [`has_${key}`]: value !== '' });
    form.secretsChanged = true;
  }

  function valueOf(field, text) {
    // Variables are filled in on the server.
    if (text.includes('${')) return text;
    if (isNumber(field)) return Number.isNaN(Number(text)) ? text : Number(text);
    if (field.type === 'boolean') return text === 'true';
    if (field.type === 'list') return text.split(',').map((item) => item.trim()).filter((item) => item !== '');
    if (field.type !== 'other') return text;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  function save(node) {
    if (form?.shown === undefined) return false;
    const { shown } = form;
    keepShown();
    node.provider = shown.name;
    node.settings = form.settings;
    const { secretsChanged = false } = form;
    form = undefined;
    return secretsChanged;
  }

  window.filesourceForm = { open, save };
})();
