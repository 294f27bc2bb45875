// Nicer, where scripts run: the puzzle that buys a wider limit is solved while one types, and the chat does not jump.
"use strict";

const LOOK_MS = 6000;
const SOONEST_MS = 2500; // a form that comes back sooner is taken for a program's

async function sha256(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

// The number that makes the challenge from the salt (altcha), as it is sent; "" where this browser can't tell.
async function solution({ salt, challenge, signature, most }) {
  if (!globalThis.crypto?.subtle) return ""; // not over plain http
  for (let number = 0; number <= Number(most); number++) {
    if ((await sha256(salt + number)) === challenge) {
      return btoa(JSON.stringify({ algorithm: "SHA-256", challenge, number, salt, signature }));
    }
  }
  return "";
}

// Begin with the puzzle of `form` once somebody uses it; what comes of it, once.
function puzzle(form) {
  const field = form.querySelector("[name=bukti]");
  if (!field) return;
  form.ripe = new Promise((then) => setTimeout(then, SOONEST_MS));
  form.addEventListener("focusin", () => (form.solving ??= solution(field.dataset).then((told) => (field.value = told))));
}

async function send(event) {
  const form = event.target;
  const field = form.querySelector("[name=bukti]");
  if (!field || form.sent) {
    if (form.sent) event.preventDefault(); // pressed twice
    return;
  }
  event.preventDefault();
  form.sent = true;
  const button = form.querySelector("button");
  button.textContent = "Sebentar…";
  form.solving ??= solution(field.dataset).then((told) => (field.value = told));
  await Promise.all([form.solving, form.ripe]);
  if (form.dataset.chat === undefined) {
    form.submit();
    return;
  }
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    show(await answer.text(), true);
  } catch {
    form.sent = false;
    button.textContent = "Kirim lagi";
  }
}

// Put the chat of the page `text` in the place of this one's; `whole`: its form, too. Throws where there is none in it.
function show(text, whole) {
  const next = new DOMParser().parseFromString(text, "text/html");
  const [lines, end] = ["obrolan", "akhir"].map((id) => next.getElementById(id));
  if (!lines) throw new Error("no chat"); // what was written stays in its form
  renew(document.getElementById("obrolan"), [...lines.children]);
  if (!whole) return;
  document.getElementById("akhir").replaceChildren(...end.childNodes);
  document.querySelectorAll("#akhir form").forEach(puzzle);
  document.getElementById("pesan").focus();
  document.getElementById("akhir").scrollIntoView({ block: "end" });
}

// Lines that are there stay, so that a screen reader says the new ones only.
function renew(box, lines) {
  const there = [...box.children];
  lines.forEach((line, nth) => {
    if (!there[nth]) box.append(line);
    else if (there[nth].textContent !== line.textContent) there[nth].replaceWith(line);
  });
  there.slice(lines.length).forEach((line) => line.remove());
}

// What an agent answers later is looked for, while the page is looked at.
async function look() {
  if (document.visibilityState !== "visible" || !document.querySelector("#obrolan .said")) return;
  try {
    show(await (await fetch("/obrolan")).text(), false);
  } catch {
    // the network is away: at the next look
  }
}

document.querySelectorAll("form").forEach(puzzle);
document.addEventListener("submit", send);
addEventListener("pageshow", (event) => event.persisted && location.replace(location.pathname)); // an old form
if (document.getElementById("obrolan")) setInterval(look, LOOK_MS);
document.querySelector("#hasil, #salah")?.scrollIntoView();
