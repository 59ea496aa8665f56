// The buttons above a formatted text: what each does, and when it is offered.
import { pm } from "../../django_prose_editor/editor.js";

const { Selection, TextSelection } = pm.state;

// The table the cursor stands in, with its position.
const tableAt = ({ selection: { $from } }) => {
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    if ($from.node(depth).type.name === "table") return { node: $from.node(depth), at: $from.before(depth) };
  }
  return null;
};

const insertTable = (editor) =>
  editor
    .chain()
    .focus()
    .insertTable({ rows: 3, cols: 2, withHeaderRow: true })
    .command(({ tr, state }) => {
      // A line below it, so that writing can go on after the table.
      const table = tableAt(tr);
      const end = table && table.at + table.node.nodeSize;
      if (end === tr.doc.content.size) tr.insert(end, state.schema.nodes.paragraph.create());
      return true;
    })
    .run();

const writeCaption = (editor) =>
  editor
    .chain()
    .focus()
    .command(({ tr, state }) => {
      const { at } = tableAt(state);
      const before = tr.doc.resolve(at).nodeBefore;
      if (before?.type.name === "tableCaption") tr.setSelection(Selection.near(tr.doc.resolve(at - 1), -1));
      else {
        tr.insert(at, state.schema.nodes.tableCaption.create());
        tr.setSelection(TextSelection.create(tr.doc, at + 1));
      }
      return true;
    })
    .run();

const runs = (command, ...values) => ({
  run: (editor) => editor.chain().focus()[command](...values).run(),
  can: (editor) => editor.can()[command](...values),
});
const toggles = (command, is, ...values) => ({
  run: runs(command, ...values).run,
  can: (editor) => editor.isActive(...[is].flat()) || editor.can()[command](...values),
  isOn: (editor) => editor.isActive(...[is].flat()),
});
const isHeader = (along) => (editor) => {
  const table = tableAt(editor.state);
  const cells = [];
  table?.node.forEach((row, _offset, number) => {
    if (along === "row" && number === 0) row.forEach((cell) => cells.push(cell));
    if (along === "column") cells.push(row.firstChild);
  });
  return cells.length > 0 && cells.every((cell) => cell.type.name === "tableHeader");
};

const ACTIONS = {
  paragraph: toggles("setParagraph", "paragraph"),
  heading: toggles("toggleHeading", ["heading", { level: 3 }], { level: 3 }),
  smaller_heading: toggles("toggleHeading", ["heading", { level: 4 }], { level: 4 }),
  bold: toggles("toggleBold", "bold"),
  italic: toggles("toggleItalic", "italic"),
  bulleted_list: toggles("toggleBulletList", "bulletList"),
  numbered_list: toggles("toggleOrderedList", "orderedList"),
  list_deeper: runs("sinkListItem", "listItem"),
  list_higher: runs("liftListItem", "listItem"),
  quote: toggles("toggleBlockquote", "blockquote"),
  table: {
    run: insertTable,
    can: (editor) => !editor.isActive("table") && !editor.isActive("tableCaption"),
  },
  undo: runs("undo"),
  redo: runs("redo"),
  row_above: runs("addRowBefore"),
  row_below: runs("addRowAfter"),
  column_before: runs("addColumnBefore"),
  column_after: runs("addColumnAfter"),
  delete_row: runs("deleteRow"),
  delete_column: runs("deleteColumn"),
  delete_table: runs("deleteTable"),
  header_row: { ...runs("toggleHeaderRow"), isOn: isHeader("row") },
  header_column: { ...runs("toggleHeaderColumn"), isOn: isHeader("column") },
  caption: { run: writeCaption },
};

export class Toolbar {
  // `more`: actions that are not the editor's alone, as in ACTIONS.
  constructor(bar, editor, more) {
    this.bar = bar;
    this.editor = editor;
    this.actions = { ...ACTIONS, ...more };
    this.buttons = [...bar.querySelectorAll("button")];
    this.parts = [...bar.querySelectorAll("[data-within]")];
    this.buttons[0].tabIndex = 0;
    bar.addEventListener("click", (event) => this.press(event.target.closest("button")));
    // The selection stays where it is while a button is pressed.
    bar.addEventListener("mousedown", (event) => event.preventDefault());
    bar.addEventListener("keydown", (event) => this.move(event));
    bar.addEventListener("focusin", (event) => this.settle(event.target));
    editor.on("transaction", () => this.show());
    this.show();
  }

  press(button) {
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    this.actions[button.dataset.do].run(this.editor);
    this.show();
  }

  focus() {
    this.buttons.find((button) => button.tabIndex === 0).focus();
  }

  // Arrow keys lead from button to button; Tab leads past the toolbar, Escape back to the text.
  move(event) {
    if (event.key === "Escape") this.editor.view.focus();
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const shown = this.buttons.filter((button) => button.offsetParent);
    const to = shown.indexOf(event.target) + step;
    const at = Number.isFinite(to) ? (to + shown.length) % shown.length : to < 0 ? 0 : shown.length - 1;
    shown[at].focus();
  }

  settle(button) {
    this.buttons.forEach((one) => {
      one.tabIndex = one === button ? 0 : -1;
    });
  }

  show() {
    const { editor } = this;
    const isSource = Boolean(this.actions.source.isOn(editor));
    const within = {
      list: editor.isActive("listItem"),
      table: editor.isActive("table"),
    };
    this.parts.forEach((part) => {
      part.hidden = isSource || !within[part.dataset.within];
    });
    this.buttons.forEach((button) => {
      const { can, isOn } = this.actions[button.dataset.do];
      const is = (test, otherwise) => (test ? Boolean(test(editor)) : otherwise);
      const isOffered = button.dataset.do === "source" || !isSource;
      if (button.closest("[data-within]")?.hidden) return;
      button.setAttribute("aria-disabled", !(isOffered && is(can, true)));
      if (isOn) button.setAttribute("aria-pressed", isOffered && is(isOn, false));
    });
    // Of a button that has gone, the way in must not be lost.
    const way = this.buttons.find((button) => button.tabIndex === 0);
    if (way.closest("[hidden]")) this.settle(this.buttons[0]);
  }
}
