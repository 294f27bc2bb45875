// Places are put into the text where the cursor is. Without this script they are typed.
for (const chip of document.querySelectorAll("[data-insert]")) {
  const code = chip.querySelector("code");
  const button = document.createElement("button");
  button.type = "button";
  button.title = "Masukkan ke teks";
  code.replaceWith(button);
  button.append(code);
  button.addEventListener("click", () => {
    const field = document.getElementById("teks");
    field.setRangeText(chip.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

// Who has just asked to hear the text is not shown the same text without its sound a moment later.
let asked = null;
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const typed = document.getElementById("teks").value;
  if (event.target.name === "aksi") asked = typed;
  else if (event.target.id === "teks" && asked === typed) event.preventDefault();
});

// What is too large is told before it is sent.
const MOST_BYTES = 20_000_000;
for (const field of document.querySelectorAll("input[type=file][name=berkas]")) {
  field.addEventListener("change", () => {
    const large = field.files[0] && field.files[0].size > MOST_BYTES;
    field.setCustomValidity(large ? "Berkas ini lebih besar dari 20 MB: potong dulu." : "");
    field.reportValidity();
  });
}
