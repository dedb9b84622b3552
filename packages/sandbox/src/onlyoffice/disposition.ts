/** `Content-Disposition` as the portal writes it: percent-encoded twice over as soon as a title is not ASCII. */
export function disposition(kind: 'attachment' | 'inline', title: string): string {
  if (!/^[\x20-\x7e]*$/.test(title)) {
    const encoded = encodeURIComponent(title).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
    return `${kind}; filename="${encoded}"; filename*=UTF-8''${encoded}`;
  }
  const isToken = /^[\w!#$%&'*+\-.^`|~]+$/.test(title);
  return `${kind}; filename=${isToken ? title : `"${title.replace(/[\\"]/g, '\\$&')}"`}`;
}
