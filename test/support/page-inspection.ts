import type { Page } from 'playwright-core';

/**
 * Texts of a page that are hard to read where they stand: below 4.5:1 against their ground, large ones below 3:1. Of a
 * ground that is half transparent the colours are mixed, as the browser does.
 */
export function lowContrast(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const over = (colours) => {
      context.clearRect(0, 0, 1, 1);
      for (const colour of colours) { context.fillStyle = colour; context.fillRect(0, 0, 1, 1); }
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (rgb) => {
      const [r, g, b] = rgb.map((value) => value / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const grounds = (element) => {
      const own = [];
      for (let one = element; one !== null; one = one.parentElement) own.unshift(getComputedStyle(one).backgroundColor);
      return own;
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      if (node.data.trim() === '' || !element.checkVisibility() || ['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(element.nodeName)) continue;
      const style = getComputedStyle(element);
      const ground = grounds(element);
      const [light, dark] = [luminance(over([...ground, style.color])), luminance(over(ground))].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (isLarge ? 3 : 4.5)) found.push(ratio.toFixed(2) + ' ' + node.data.trim().slice(0, 60));
    }
    return found;
  })()`);
}

/** What of a page lies beyond its edge, or makes it wider than the window; what is scrolled by itself may be longer. */
export function beyondTheEdge(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const width = document.documentElement.clientWidth;
    const found = document.documentElement.scrollWidth > width ? ['the page is ' + document.documentElement.scrollWidth + ' wide'] : [];
    const isScrolled = (element) => element.closest('pre, .document table') !== null;
    const isHidden = (element) => element.closest('.hidden, .skip, thead, noscript') !== null || !element.checkVisibility();
    for (const element of document.body.querySelectorAll('*')) {
      const { right, left, width: own } = element.getBoundingClientRect();
      if (own > 0 && (right > width + 0.5 || left < -0.5) && !isScrolled(element) && !isHidden(element))
        found.push(element.nodeName + ' ' + element.textContent.trim().slice(0, 40));
    }
    return found;
  })()`);
}

/** Headings of a page in their order: level and text. */
export function headings(page: Page): Promise<[level: number, text: string][]> {
  return page.evaluate<[number, string][]>(
    `[...document.querySelectorAll('h1, h2, h3')].map((one) => [Number(one.nodeName[1]), one.textContent.trim()])`,
  );
}

/** Whether what has the focus can be seen to have it. */
export function isFocusVisible(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(
    `getComputedStyle(document.activeElement).outlineStyle !== 'none' && parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2`,
  );
}

/** Presses Tab until what has the focus says this. @throws where it is not reached */
export async function tabTo(page: Page, text: string): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<string>(
      `(document.activeElement.textContent || document.activeElement.id || '').trim()`,
    );
    if (focused === text) return;
  }
  throw new Error(`"${text}" is not reached with the keyboard`);
}

/** Families of the letters that a part of a page is really drawn with; none: what stands there cannot be read. */
export async function fontsOf(page: Page, selector: string): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('DOM.enable');
  await session.send('CSS.enable');
  const { root } = await session.send('DOM.getDocument');
  const { nodeId } = await session.send('DOM.querySelector', { nodeId: root.nodeId, selector });
  const { fonts } = await session.send('CSS.getPlatformFontsForNode', { nodeId });
  await session.detach();
  return fonts.map(({ familyName }) => familyName);
}
