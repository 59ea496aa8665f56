// What a formatted text is made of: exactly the elements and attributes the server keeps
// (guizhou_portal/richtext.py), so that nothing an editor sees is lost when it is saved.
import {
  Blockquote, Bold, BulletList, Document, Extension, Gapcursor, HardBreak, Heading, Italic, ListItem, Mark, Node,
  OrderedList, Paragraph, Table, TableCell, TableHeader, TableRow, Text, UndoRedo, pm,
} from "../../django_prose_editor/editor.js";

// As the server sees it: no scheme at all, or one of these. Browsers skip blanks in a scheme.
export const isSafeAddress = (address) => {
  const scheme = address.replace(/[\u0000-\u0020]/g, "").match(/^([a-z][a-z0-9+.-]*):/i);
  return !scheme || ["http", "https", "mailto", "tel"].includes(scheme[1].toLowerCase());
};

// An attribute that is kept as it is, and absent when it is empty.
const kept = (name) => ({
  default: null,
  parseHTML: (element) => element.getAttribute(name) || null,
  renderHTML: (attributes) => (attributes[name] ? { [name]: attributes[name] } : {}),
});

// What tables' commands ask for, and the portal's tables do not have: cells over several columns.
const fixed = (value) => ({ default: value, parseHTML: () => value, rendered: false });
const CELL = { colspan: fixed(1), rowspan: fixed(1), colwidth: fixed(null) };

const Language = Extension.create({
  name: "language",
  addGlobalAttributes: () => [
    {
      types: [
        "paragraph", "heading", "bulletList", "orderedList", "listItem", "blockquote", "table", "tableRow",
        "tableCell", "tableHeader", "tableCaption", "bold", "italic", "link", "abbreviation",
      ],
      attributes: { lang: kept("lang") },
    },
  ],
});

const Link = Mark.create({
  name: "link",
  priority: 1000,
  inclusive: false,
  keepOnSplit: false,
  addAttributes: () => ({ href: kept("href"), hreflang: kept("hreflang") }),
  parseHTML: () => [
    { tag: "a[href]", getAttrs: (element) => (isSafeAddress(element.getAttribute("href")) ? null : false) },
  ],
  renderHTML: ({ HTMLAttributes }) => ["a", { ...HTMLAttributes, rel: "noopener noreferrer" }, 0],
});

const Abbreviation = Mark.create({
  name: "abbreviation",
  inclusive: false,
  keepOnSplit: false,
  addAttributes: () => ({ title: kept("title") }),
  parseHTML: () => [{ tag: "abbr" }],
  renderHTML: ({ HTMLAttributes }) => ["abbr", HTMLAttributes, 0],
});

// Tab belongs to the page: levels of lists have their buttons, and these keys.
const Item = ListItem.extend({
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem(this.name),
      "Mod-]": () => this.editor.commands.sinkListItem(this.name),
      "Mod-[": () => this.editor.commands.liftListItem(this.name),
    };
  },
});

const Numbered = OrderedList.extend({
  addAttributes: () => ({}),
  addNodeView: () => null,
  addProseMirrorPlugins: () => [],
  renderHTML: ({ HTMLAttributes }) => ["ol", HTMLAttributes, 0],
});

// The library's tables hold nothing but rows. A caption stands before its table here, and is moved
// into it and out of it where texts come in and go out (markup.js).
const Caption = Node.create({
  name: "tableCaption",
  group: "block",
  content: "inline*",
  defining: true,
  parseHTML: () => [{ tag: "p[data-caption]", priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => ["p", { ...HTMLAttributes, "data-caption": "" }, 0],
  addKeyboardShortcuts() {
    return {
      Enter: () =>
        this.editor.isActive(this.name) &&
        this.editor.commands.command(({ tr, state }) => {
          const after = state.selection.$from.after(state.selection.$from.depth);
          tr.setSelection(pm.state.Selection.near(tr.doc.resolve(after)));
          return true;
        }),
    };
  },
});

const Row = TableRow.extend({
  addAttributes: () => ({
    head: {
      default: false,
      parseHTML: (element) => element.hasAttribute("data-head") || element.parentElement?.tagName === "THEAD",
      renderHTML: ({ head }) => (head ? { "data-head": "" } : {}),
    },
  }),
});

export const extensions = () => [
  Document, Paragraph, Text, HardBreak, Heading.configure({ levels: [3, 4] }), Bold, Italic, Link, Abbreviation,
  BulletList, Numbered, Item, Blockquote, Caption, Table.extend({ addNodeView: () => null }), Row,
  TableCell.extend({ addAttributes: () => CELL }),
  TableHeader.extend({ addAttributes: () => ({ ...CELL, scope: kept("scope") }) }),
  Language, Gapcursor, UndoRedo,
];
