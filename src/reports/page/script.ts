/** How often a page that is looked at asks for what has changed, milliseconds. */
const pause = 1000;
/** The page says that it is not current once nothing has come for so long, milliseconds. */
const staleAfter = 6000;

/**
 * The only script of the pages: it fetches the part that changes and takes over what is different, node by node, so that
 * focus, folds and what a screen reader stands on stay where they are. Without it the page reloads by itself.
 */
export const pageScript = `(() => {
  'use strict';
  const live = document.getElementById('live');
  const said = document.getElementById('said');
  const stale = document.getElementById('stale');
  let lastGood = Date.now();
  const adopt = (old, next) => {
    if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName || old.id !== next.id) {
      old.replaceWith(next);
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== next.data) old.data = next.data;
      return;
    }
    // Whether a fold is open is the reader's own choice.
    const isOwn = (name) => name === 'open' && old.nodeName === 'DETAILS';
    for (const { name } of [...old.attributes])
      if (!next.hasAttribute(name) && !isOwn(name)) old.removeAttribute(name);
    for (const { name, value } of [...next.attributes])
      if (!isOwn(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    const before = [...old.childNodes];
    const after = [...next.childNodes];
    after.forEach((node, index) => {
      if (index < before.length) adopt(before[index], node);
      else old.append(node);
    });
    for (const node of before.slice(after.length)) node.remove();
  };
  const announce = () => {
    const { title, tone } = document.getElementById('headline').dataset;
    const name = (tone === 'bad' ? '\\u25cf ' : '') + title + ' \\u2013 Redline';
    if (document.title !== name) document.title = name;
    if (said.textContent !== title) said.textContent = title;
  };
  const judgeAge = () => {
    const isStale = Date.now() - lastGood > ${staleAfter};
    document.body.classList.toggle('stale', isStale);
    stale.hidden = !isStale;
  };
  const refresh = async () => {
    const response = await fetch('/fragment', { signal: AbortSignal.timeout(5000), headers: { Accept: 'text/html' } });
    if (response.status === 401) {
      location.reload();
      return;
    }
    if (!response.ok) return;
    const next = new DOMParser().parseFromString('<div id="live">' + (await response.text()) + '</div>', 'text/html').getElementById('live');
    next.setAttribute('aria-busy', 'false');
    adopt(live, next);
    lastGood = Date.now();
    announce();
  };
  const loop = async () => {
    if (!document.hidden) await refresh().catch(() => undefined);
    else lastGood = Date.now();
    judgeAge();
    setTimeout(loop, ${pause});
  };
  announce();
  setTimeout(loop, ${pause});
})();`;
