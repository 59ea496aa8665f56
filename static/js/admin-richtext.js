// An editor in place of each textarea of formatted text. The textarea stays what is sent: it is
// rewritten when somebody edits the text, and never by opening it.
import { Editor, pm } from "../django_prose_editor/editor.js";
import { LinkDialog } from "./richtext/link-dialog.js";
import { read, storedBlocks, write } from "./richtext/markup.js";
import { tidied } from "./richtext/pasting.js";
import { extensions } from "./richtext/schema.js";
import { Toolbar } from "./richtext/toolbar.js";

let dialog; // one for all editors of the page

const equip = (textarea) => {
  const parts = textarea.parentElement.querySelector("template.richtext-parts");
  if (!parts || textarea.dataset.richtext === "on" || textarea.disabled || textarea.readOnly) return;
  textarea.dataset.richtext = "on";
  const box = parts.content.querySelector(".richtext").cloneNode(true);
  const area = box.querySelector(".richtext__area");
  const bar = box.querySelector("[role=toolbar]");
  dialog ??= new LinkDialog(parts.content.querySelector("dialog").cloneNode(true));
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  const help = document.getElementById(`${textarea.id}_helptext`);
  const helpOfSource = help?.textContent;
  let isSource = false;
  let isOwn = false; // whether the textarea or the editor is just being written to by the other
  const taken = new Map(); // texts as they were taken over, by what the editor would write for them
  const stored = new Map(); // their blocks, likewise
  let left; // the source when it was opened
  let isLeaving = false;
  textarea.before(box);
  label.id = label.id || `${textarea.id}_label`;

  const attributes = {
    id: `${textarea.id}_editor`,
    "aria-multiline": "true",
    "aria-labelledby": label.id,
    lang: textarea.lang || document.documentElement.lang,
    spellcheck: "true",
  };
  if (textarea.getAttribute("aria-describedby")) {
    attributes["aria-describedby"] = textarea.getAttribute("aria-describedby");
  }
  if (textarea.getAttribute("aria-invalid")) attributes["aria-invalid"] = "true";

  // Tab leads on through the page, except from cell to cell; after Escape it does so there too.
  const keydown = (view, event) => {
    const isInTable = editor.isActive("table");
    if (event.key === "Escape") isLeaving = true;
    else if (event.key === "Tab" && (isLeaving || !isInTable)) return true;
    else if (event.key !== "Shift") isLeaving = false;
    if (event.key === "F10" && event.altKey) {
      event.preventDefault();
      toolbar.focus();
      return true;
    }
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      dialog.open(editor);
      return true;
    }
    return false;
  };

  const editor = new Editor({
    element: area,
    extensions: extensions(),
    injectCSS: false, // the content security policy refuses style elements; see admin-richtext.css
    enableInputRules: false, // "1." begins a date as often as a list
    enablePasteRules: false,
    editorProps: {
      attributes,
      transformPastedHTML: tidied,
      handleDOMEvents: {
        keydown,
        blur: () => {
          isLeaving = false;
          return false;
        },
      },
    },
    onUpdate: () => {
      if (isSource || isOwn) return;
      const written = write(editor.state.doc, editor.schema, stored);
      const value = taken.get(written) ?? written;
      if (value === textarea.value) return;
      isOwn = true;
      textarea.value = value;
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
      isOwn = false;
    },
  });

  const takeOver = (isFirst = false) => {
    const html = textarea.value;
    isOwn = true;
    editor
      .chain()
      .setMeta("addToHistory", !isFirst)
      .setContent(read(html, editor.schema).toJSON(), { emitUpdate: false })
      .command(({ tr }) => pm.history.closeHistory(tr))
      .run();
    isOwn = false;
    storedBlocks(html, editor.schema).forEach((source, written) => stored.set(written, source));
    taken.set(write(editor.state.doc, editor.schema, stored), html);
  };

  const show = (source) => {
    isSource = source;
    area.hidden = source;
    textarea.classList.toggle("richtext-source", !source);
    textarea.tabIndex = source ? 0 : -1;
    if (source) textarea.removeAttribute("aria-hidden");
    else textarea.setAttribute("aria-hidden", "true");
    if (help) help.textContent = source ? helpOfSource : parts.dataset.help;
  };

  const toggleSource = () => {
    show(!isSource);
    if (isSource) {
      left = textarea.value;
      textarea.focus();
    } else {
      if (textarea.value !== left) takeOver();
      editor.view.focus();
    }
  };

  takeOver(true);
  show(false);
  const toolbar = new Toolbar(bar, editor, {
    link: { run: () => dialog.open(editor), isOn: () => editor.isActive("link") },
    source: { run: toggleSource, isOn: () => isSource },
  });
  bar.setAttribute("aria-controls", attributes.id);
  // Copied from another language, or written by another script.
  textarea.addEventListener("input", () => {
    if (!isOwn && !isSource) takeOver();
  });
  textarea.addEventListener("focus", () => {
    if (!isSource) editor.view.focus();
  });
};

const equipAll = (root) =>
  root.querySelectorAll("textarea[data-richtext]").forEach((textarea) => {
    if (!textarea.closest(".empty-form")) equip(textarea);
  });

const start = () => {
  equipAll(document);
  document.addEventListener("formset:added", (event) => equipAll(event.target));
};
// After the scripts that mark the fields' languages and remember what the form held.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
