// Makes what comes from Word, LibreOffice or another website a tidy text of this portal's elements.
// That it is harmless is the server's business; here it becomes what its author meant.
import { isSafeAddress } from "./schema.js";
import { parsed } from "./markup.js";

const RENAMED = { h1: "h3", h2: "h3", h5: "h4", h6: "h4", b: "strong", i: "em", dl: "ul", dt: "li", dd: "li" };
const UNSEEN = "script, style, title, meta, link, xml, template, noscript, iframe, object, embed, svg, math, img, picture, video, audio, canvas, input, select, textarea, button";

const styleOf = (element) => element.dataset?.style || "";
const isBold = (style) => /font-weight:\s*(bold|[6-9]00)/i.test(style);
const isPlain = (style) => /font-weight:\s*(normal|400)/i.test(style);
const isItalic = (style) => /font-style:\s*italic/i.test(style);

const rename = (element, name) => {
  const renamed = document.createElement(name);
  renamed.append(...element.childNodes);
  [...element.attributes].forEach(({ name: one, value }) => renamed.setAttribute(one, value));
  element.replaceWith(renamed);
};
const unwrap = (element) => element.replaceWith(...element.childNodes);

// Word's lists are paragraphs that begin with their bullet or number.
const LIST = /mso-list:\s*l\d+ level(\d+)/i;
const levelOf = (element) => element?.matches?.("p, h3, h4, li") && Number(styleOf(element).match(LIST)?.[1] || 0);

const takeMarker = (paragraph) => {
  const ignored = [...paragraph.querySelectorAll("[data-style]")].filter((one) => /mso-list:\s*ignore/i.test(styleOf(one)));
  const marker = ignored[0]?.textContent.trim() || "";
  ignored.forEach((one) => one.remove());
  return marker;
};

const listsFromWord = (body) => {
  [...body.querySelectorAll("p, h3, h4")].forEach((first) => {
    if (!first.isConnected || !levelOf(first) || first.closest("li")) return;
    const open = []; // [[level, list], …], the innermost last
    let paragraph = first;
    const place = document.createComment("");
    first.before(place);
    while (levelOf(paragraph)) {
      const next = paragraph.nextElementSibling;
      const level = levelOf(paragraph);
      const name = /^[\p{L}\p{N}]+[.)、．]|^\(/u.test(takeMarker(paragraph)) ? "ol" : "ul";
      while (open.length && open.at(-1)[0] > level) open.pop();
      if (open.at(-1)?.[0] === level && open.at(-1)[1].localName !== name) open.pop();
      if (!open.length || open.at(-1)[0] < level) {
        const list = document.createElement(name);
        const item = open.at(-1)?.[1].lastElementChild;
        if (item) item.append(list);
        else place.before(list);
        open.push([level, list]);
      }
      const item = open.at(-1)[1].appendChild(document.createElement("li"));
      item.append(...paragraph.childNodes);
      paragraph.remove();
      paragraph = next;
    }
    place.remove();
  });
};

const tidySpaces = (body) => {
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    node.data = node.data.replace(/[\u200b\ufeff\u00ad]/g, "").replace(/\s{2,}/g, " ");
    // A lone no-break space holds "5 km" together; elsewhere it is what browsers put in for a space.
    node.data = node.data.replace(/(^|[^\p{N}.])\u00a0/gu, "$1 ").replace(/\u00a0$/, " ");
  }
};

// Cells over several columns become cells beside each other: the portal's tables are plain grids.
const spread = (cell) => {
  for (let more = Math.min(Number(cell.getAttribute("colspan")) || 1, 20); more > 1; more -= 1) {
    cell.after(document.createElement(cell.tagName));
  }
};

// A first row in bold is what word processors have for a header.
const nameHeaders = (table) => {
  const cells = [...(table.rows[0]?.cells || [])].filter((cell) => cell.textContent.trim());
  const isBoldCell = (cell) => {
    const bold = [...cell.querySelectorAll("strong")].map((one) => one.textContent).join("");
    return bold.replace(/\s/g, "") === cell.textContent.replace(/\s/g, "");
  };
  if (table.rows.length > 1 && !table.querySelector("th") && cells.length && cells.every(isBoldCell)) {
    [...table.rows[0].cells].forEach((cell) => rename(cell, "th"));
  }
};

export const tidied = (html) => {
  // Copied from an editor of the portal: it is tidy, and says how it fits in.
  if (/data-pm-slice=/.test(html)) return parsed(html).innerHTML;
  const body = parsed(
    html
      .replace(/<!--[\s\S]*?-->|<!\[(?:if|endif)\b[^>]*>/gi, "")
      .replace(/<(script|style|xml|title)\b[\s\S]*?<\/\1\s*>/gi, "")
  );
  body.querySelectorAll(UNSEEN).forEach((element) => element.remove());
  [...body.querySelectorAll("*")].filter((one) => one.tagName.includes(":")).forEach(unwrap);
  body.querySelectorAll("span.Apple-converted-space").forEach((space) => space.replaceWith(" "));
  Object.keys(RENAMED).forEach((name) =>
    body.querySelectorAll(name).forEach((element) =>
      name === "b" && isPlain(styleOf(element)) ? unwrap(element) : rename(element, RENAMED[name])
    )
  );
  listsFromWord(body);
  body.querySelectorAll("a[href]").forEach((link) => {
    if (!isSafeAddress(link.getAttribute("href"))) unwrap(link);
  });
  body.querySelectorAll("td, th").forEach(spread);
  body.querySelectorAll("thead td").forEach((cell) => cell.textContent.trim() && rename(cell, "th"));
  body.querySelectorAll("span, font").forEach((span) => {
    const style = styleOf(span);
    if (isBold(style)) rename(span, "strong");
    else if (isItalic(style)) rename(span, "em");
    else unwrap(span);
  });
  body.querySelectorAll("table").forEach(nameHeaders);
  // Headings are bold by themselves.
  body.querySelectorAll(":is(h3, h4, th) strong").forEach(unwrap);
  // The language Word thinks a text is in, it writes everywhere, and is often wrong.
  body.querySelectorAll("[lang]").forEach((element) => element.removeAttribute("lang"));
  body.normalize();
  tidySpaces(body);
  body.querySelectorAll("p, h3, h4, li, strong, em, a").forEach((element) => {
    if (!element.textContent.trim() && !element.querySelector("table, br")) element.remove();
  });
  return body.innerHTML;
};
