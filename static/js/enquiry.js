/* Counts the characters of a message. Told aloud only when few are left, and not at every key. */
const FEW = 200;

for (const field of document.querySelectorAll(".enquiry__form textarea[maxlength]")) {
  const most = Number(field.maxLength);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const seen = document.createElement("p");
  const told = document.createElement("p");
  let pause;
  seen.className = "field__count";
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  field.after(seen, told);
  const count = () => {
    const words = `${number.format(field.value.length)} / ${number.format(most)}`;
    seen.textContent = words;
    clearTimeout(pause);
    pause = setTimeout(() => {
      told.textContent = most - field.value.length < FEW ? words : "";
    }, 1000);
  };
  field.addEventListener("input", count);
  count();
}
