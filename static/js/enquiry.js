/* Tells how many characters are left, once there are few. Without it, the server says so. */
for (const field of document.querySelectorAll(".enquiry__form textarea[maxlength]")) {
  const most = Number(field.maxLength);
  const told = document.createElement("p");
  told.className = "field__count";
  told.setAttribute("role", "status");
  field.after(told);
  const count = () => {
    const number = new Intl.NumberFormat(document.documentElement.lang);
    told.textContent = `${number.format(field.value.length)} / ${number.format(most)}`;
  };
  field.addEventListener("input", count);
  count();
}
