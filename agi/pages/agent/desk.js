// An agent's desk as it changes; what is being written stays.
"use strict";

const now = document.getElementById("sekarang");
const notes = document.getElementById("catatan");

const fieldsOf = (form) => [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];

function kept() {
  const written = {};
  for (const form of notes.querySelectorAll("form")) {
    written[form.dataset.call] = fieldsOf(form).map((field) => (field.type === "checkbox" ? field.checked : field.value));
  }
  return written;
}

function restore(written) {
  for (const form of notes.querySelectorAll("form")) {
    const before = written[form.dataset.call];
    const fields = fieldsOf(form);
    if (!before) continue;
    // The checklist gets shorter when a call is over: the fields behind it keep their places from the end.
    fields.reverse().forEach((field, nth) => {
      const value = before[before.length - 1 - nth];
      if (value === undefined) return;
      if (field.type === "checkbox") field.checked = value === true;
      else if (typeof value === "string") field.value = value;
    });
  }
}

if (now) {
  const events = new EventSource("/petugas/langsung");
  events.addEventListener("sekarang", (event) => {
    const reason = document.getElementById("alasan");
    const chosen = reason?.value;
    const focused = now.contains(document.activeElement) ? document.activeElement.id || document.activeElement.value : "";
    now.innerHTML = event.data; // made by our own server, which escapes what it holds
    const again = document.getElementById("alasan");
    if (again && chosen) again.value = chosen;
    if (focused) (document.getElementById(focused) ?? now.querySelector("button"))?.focus();
  });
  events.addEventListener("catatan", (event) => {
    const written = kept();
    const at = notes.contains(document.activeElement) ? document.activeElement : null;
    const [call, name] = at ? [at.closest("form")?.dataset.call, at.name] : [];
    notes.innerHTML = event.data;
    restore(written);
    if (name) notes.querySelector(`form[data-call="${call}"] [name="${name}"]`)?.focus();
  });
}
