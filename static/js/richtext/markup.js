// Between the HTML that is stored and the document that is edited.
import { pm } from "../../django_prose_editor/editor.js";

// Style attributes and event handlers in markup are what the content security policy refuses and
// reports, even where nothing is shown or run. Under other names, pasting.js reads the styles.
const TAGS = /<[a-z](?:[^<>"']|"[^"]*"|'[^']*')*>/gi;
const inert = (html) => html.replace(TAGS, (tag) => tag.replace(/([\s"'/])(style|on[a-z]+)(?=\s*=)/gi, "$1data-$2"));

export const parsed = (html) => new DOMParser().parseFromString(inert(html), "text/html").body;

// Plain text, as somebody typed it without the editor: an empty line parts paragraphs.
const TAG = /<\/?(p|br|h[1-6]|[uo]l|li|blockquote|strong|em|b|i|a|abbr|table|div|span)\b[^<]*>/i;
const paragraphs = (typed) => {
  const text = parsed(typed.replaceAll("<", "&lt;")).textContent;
  const body = document.createElement("div");
  text.split(/\n\s*\n/).forEach((part) => {
    const paragraph = body.appendChild(document.createElement("p"));
    part.trim().split("\n").forEach((line, number) => {
      if (number) paragraph.append(document.createElement("br"));
      paragraph.append(line);
    });
  });
  return body;
};

// Captions before their tables; the language of a table's head or body is that of its rows.
const opened = (body) => {
  body.querySelectorAll("table > caption").forEach((caption) => {
    const line = document.createElement("p");
    line.dataset.caption = "";
    if (caption.lang) line.lang = caption.lang;
    line.append(...caption.childNodes);
    caption.closest("table").before(line);
    caption.remove();
  });
  body.querySelectorAll(":is(thead, tbody)[lang] > tr:not([lang])").forEach((row) => {
    row.lang = row.parentElement.lang;
  });
  return body;
};

export const read = (html, schema) => {
  const body = TAG.test(html) ? opened(parsed(html)) : paragraphs(html);
  return pm.model.DOMParser.fromSchema(schema).parse(body);
};

const isEmpty = (element) => !element.textContent.trim();

// What the library wraps, and the stored form does not: an item or a cell of one paragraph.
const unwrap = (holder) => {
  const [first, second] = holder.children;
  const alone = holder.childNodes.length === 1 || (holder.tagName === "LI" && /^[UO]L$/.test(second?.tagName));
  if (first?.tagName === "P" && !first.attributes.length && alone) first.replaceWith(...first.childNodes);
};

// Blanks at either end of a block are never meant.
const trim = (block) => {
  const [first, last] = [block.firstChild, block.lastChild];
  if (first?.nodeType === 3) first.data = first.data.trimStart();
  if (last?.nodeType === 3) last.data = last.data.trimEnd();
};

const arrangeTable = (table) => {
  const rows = [...table.rows].filter((row) => row.closest("table") === table);
  const isHead = (row) => row.hasAttribute("data-head") || [...row.cells].every((cell) => cell.tagName === "TH");
  const until = rows.findIndex((row) => !isHead(row));
  const heads = rows.slice(0, until < 0 ? 1 : until);
  const [head, body] = ["thead", "tbody"].map((name) => document.createElement(name));
  rows.forEach((row) => {
    const part = heads.includes(row) ? head : body;
    part.append(row);
    row.removeAttribute("data-head");
    [...row.cells].filter((cell) => cell.tagName === "TH" && !cell.scope).forEach((cell) => {
      if (part === head) cell.scope = "col";
      else if (cell.cellIndex === 0 && row.cells.length > 1) cell.scope = "row";
    });
  });
  table.replaceChildren(...[head, body].filter((part) => part.rows.length));
  const line = table.previousElementSibling;
  if (!line?.matches("p[data-caption]")) return;
  const caption = document.createElement("caption");
  if (line.lang) caption.lang = line.lang;
  caption.append(...line.childNodes);
  if (!isEmpty(caption)) table.prepend(caption);
  line.remove();
};

// One element to a line, where lists and tables would be one long line otherwise.
const lines = (element) =>
  element.outerHTML
    .replace(/(?=<(?:li|tr|caption|thead|tbody)\b|<\/(?:ul|ol|thead|tbody|table)>)/g, "\n")
    .replace(/(?<=<\/(?:ul|ol)>)(?=<\/li>)/g, "\n");

// The document's blocks as HTML, in the form the server gives them.
const blocks = (doc, schema) => {
  const body = document.createElement("div");
  body.append(pm.model.DOMSerializer.fromSchema(schema).serializeFragment(doc.content));
  body.querySelectorAll("table").forEach(arrangeTable);
  body.querySelectorAll("[data-caption]").forEach((line) => line.removeAttribute("data-caption"));
  body.querySelectorAll("p, h3, h4").forEach(trim);
  body.querySelectorAll("li, td, th").forEach(unwrap);
  body.querySelectorAll("p, h3, h4").forEach((block) => isEmpty(block) && block.remove());
  return [...body.children].filter((block) => !isEmpty(block) || block.tagName === "TABLE").map(lines);
};

// How each block of a text was stored: a block nobody changed stays as it was, to the letter.
export const storedBlocks = (html, schema) => {
  const stored = new Map();
  [...parsed(html).children].forEach((block) => {
    const source = block.outerHTML;
    const [written, more] = blocks(read(source, schema), schema);
    if (written && !more) stored.set(written, source);
  });
  return stored;
};

export const write = (doc, schema, stored) =>
  blocks(doc, schema).map((block) => stored.get(block) ?? block).join("\n\n");
