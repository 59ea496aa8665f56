// The dialog that asks where a link leads.
const ADDRESS = /^(https?:\/\/[^\s/]+|mailto:[^\s@]+@|tel:\+?\d|\/(?!\/)|#)\S*$/i;

// What people type for an address, as an address; null for what is none.
const addressOf = (typed) => {
  const address = typed.trim();
  if (ADDRESS.test(address)) return address;
  if (/^[^\s@:/]+@[^\s@/]+\.[^\s@/]+$/.test(address)) return `mailto:${address}`;
  if (/^\+[\d\s()/-]{5,}$/.test(address)) return `tel:${address.replace(/[^\d+]/g, "")}`;
  if (/^[^\s:@/]+\.[a-z]{2,}([/?#]\S*)?$/i.test(address)) return `https://${address}`;
  return null;
};

export class LinkDialog {
  constructor(dialog) {
    this.dialog = document.body.appendChild(dialog);
    const part = (name) => dialog.querySelector(`[data-part=${name}]`);
    this.textLabel = part("text");
    this.text = this.textLabel.querySelector("input");
    this.address = part("address").querySelector("input");
    this.remove = part("remove");
    this.error = dialog.querySelector("[role=alert]");
    part("apply").addEventListener("click", () => this.apply());
    part("cancel").addEventListener("click", () => dialog.close());
    this.remove.addEventListener("click", () => {
      this.leave(() => this.editor.chain().focus().extendMarkRange("link").unsetMark("link").run());
    });
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.isComposing) return;
      event.preventDefault();
      this.apply();
    });
    dialog.addEventListener("close", () => this.editor.commands.focus());
  }

  open(editor) {
    const isLink = editor.isActive("link");
    this.editor = editor;
    this.address.value = editor.getAttributes("link").href || "";
    this.text.value = "";
    // Words are asked for only where there are none to turn into a link.
    this.textLabel.hidden = isLink || !editor.state.selection.empty;
    this.remove.hidden = !isLink;
    this.complain(false);
    this.dialog.showModal();
    this.address.focus();
    this.address.select();
  }

  complain(isWrong) {
    this.error.hidden = !isWrong;
    this.address.setAttribute("aria-invalid", isWrong);
    if (isWrong) this.address.focus();
  }

  apply() {
    const href = addressOf(this.address.value);
    if (!href) return this.complain(true);
    return this.leave(() => {
      const chain = this.editor.chain().focus();
      if (!this.textLabel.hidden) {
        const text = this.text.value.trim() || this.address.value.trim();
        chain.insertContent({ type: "text", text, marks: [{ type: "link", attrs: { href } }] }).run();
      } else if (this.editor.isActive("link")) {
        chain.extendMarkRange("link").updateAttributes("link", { href }).run();
      } else chain.setMark("link", { href }).run();
    });
  }

  leave(change) {
    this.dialog.close();
    change();
  }
}
