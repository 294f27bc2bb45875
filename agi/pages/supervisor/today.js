// The calls of this moment, as the server tells them.
const part = document.getElementById("sekarang");
new EventSource("/hari-ini/langsung").addEventListener("sekarang", (event) => {
  const open = part.querySelector("details")?.open;
  part.innerHTML = event.data; // made by our own server, which escapes what it holds
  const details = part.querySelector("details");
  if (open && details) details.open = true;
});
