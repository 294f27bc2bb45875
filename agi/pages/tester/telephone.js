// The telephone of a tester: JsSIP over the pages' own WebSocket, sound by WebRTC to this machine or the office's.
"use strict";

const TONE_MS = 120;
const GAP_MS = 80;
const RAW = { echoCancellation: true, noiseSuppression: false, autoGainControl: false };

const CAUSES = {
  Unavailable: "hotline sedang penuh; coba lagi sebentar lagi",
  "Connection Error": "sambungan ke hotline terputus",
  "Request Timeout": "hotline tidak menjawab",
  "WebRTC Error": "peramban ini tidak dapat menyambungkan suara",
};
const NO_ADDRESS = "komputer hotline tidak punya alamat jaringan selain 127.0.0.1, yang diperlukan suara peramban";

class Telephone {
  constructor(box) {
    this.box = box;
    this.number = box.dataset.number;
    this.media = box.dataset.media;
    this.state = document.getElementById("keadaan");
    this.audio = document.getElementById("suara");
    this.buttons = Object.fromEntries(["panggil", "tutup", "bisu"].map((id) => [id, document.getElementById(id)]));
    this.buttons.panggil.addEventListener("click", () => this.call());
    this.buttons.tutup.addEventListener("click", () => (this.preparing ? this.preparing.abort() : this.session?.terminate()));
    this.wish = document.getElementById("didengar");
    this.place = document.getElementById("dari");
    this.wish.addEventListener("change", () => this.offer());
    this.offer();
    this.buttons.bisu.addEventListener("click", () => this.mute());
    document.addEventListener("click", (event) => this.press(event.target.closest("[data-keys]")?.dataset.keys));
    document.addEventListener("keydown", (event) => {
      const writes = event.target.closest("input, textarea, select");
      if (!writes && !event.ctrlKey && !event.altKey && !event.metaKey && /^[0-9*#]$/.test(event.key)) this.press(event.key);
    });
    addEventListener("pagehide", () => this.session?.terminate());
    document.getElementById("angka").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = document.getElementById("angka-teks");
      this.press(field.value);
      field.value = "";
    });
  }

  // A call begins elsewhere than with the greeting only where it is no caller's.
  offer() {
    this.place.disabled = this.wish.value !== "draf";
  }

  // Have the draft ready; its token, by which one call hears it. Throws with the reason.
  async prepare() {
    this.say("Menyiapkan draf…", "draft");
    this.preparing = new AbortController();
    try {
      const body = new URLSearchParams({ dari: this.place.value });
      const answer = await fetch("/telepon/draf", { method: "POST", body, signal: this.preparing.signal });
      if (!answer.ok) throw new Error(answer.status === 409 ? await answer.text() : "draf tidak dapat disiapkan");
      return (await answer.json()).token;
    } finally {
      this.preparing = null;
    }
  }

  say(text, kind = "") {
    this.state.textContent = text;
    this.state.className = `tag ${kind}`;
  }

  show(calling) {
    this.buttons.panggil.hidden = calling;
    this.buttons.tutup.hidden = !calling;
    this.buttons.bisu.hidden = !calling || !this.speaks;
    for (const key of this.box.querySelectorAll("[data-keys]")) key.disabled = !calling;
    this.wish.disabled = calling;
    if (calling) this.place.disabled = true;
    else this.offer();
    (calling ? this.buttons.tutup : this.buttons.panggil).focus();
  }

  async microphone() {
    this.context = new AudioContext();
    await this.context.resume();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: RAW });
      this.speaks = true;
      return stream;
    } catch {
      this.speaks = false; // keys alone will do: silence is sent
      const nothing = new ConstantSourceNode(this.context, { offset: 0 });
      const sent = this.context.createMediaStreamDestination();
      nothing.connect(sent);
      nothing.start();
      return sent.stream;
    }
  }

  async call() {
    this.show(true);
    let token = "";
    try {
      if (this.wish.value === "draf") token = await this.prepare();
    } catch (error) {
      this.say(error.name === "AbortError" ? "Dibatalkan" : `Panggilan gagal: ${error.message}`);
      this.show(false);
      return;
    }
    this.say("Menghubungi…", "draft");
    this.stream = await this.microphone();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new JsSIP.WebSocketInterface(`${scheme}://${location.host}/telepon/ws${token && `?draf=${token}`}`);
    this.agent = new JsSIP.UA({ sockets: [socket], uri: "sip:penguji@hotline.invalid", register: false });
    this.agent.on("connected", () => this.dial());
    this.agent.on("disconnected", () => this.end("Tidak tersambung: hotline tidak menjawab, atau Anda sudah keluar."));
    this.agent.start();
    this.follow();
  }

  // What is said, as text, from the line itself.
  follow() {
    this.events?.close();
    this.events = new EventSource("/telepon/langsung");
    this.events.addEventListener("keadaan", (event) => {
      const part = document.getElementById("isi-panggilan");
      const focused = part.contains(document.activeElement);
      part.innerHTML = event.data; // made by our own server, which escapes what it holds
      if (focused) (part.querySelector("[data-keys]") ?? this.buttons.tutup).focus();
    });
  }

  dial() {
    if (this.session) return;
    this.why = "";
    this.session = this.agent.call(`sip:${this.number}@hotline.invalid`, {
      mediaStream: this.stream,
      pcConfig: { iceServers: [] },
      eventHandlers: {
        icecandidate: (event) => {
          if (/^candidate:\S+ \d+ \S+ \d+ [\d.]+ /.test(event.candidate.candidate)) event.ready();
        },
        sdp: (event) => this.direct(event),
        peerconnection: (event) => this.hear(event.peerconnection),
        confirmed: () => this.say(this.speaks ? "Tersambung" : "Tersambung, tanpa mikrofon: pakai tombol", "live"),
        ended: () => this.end("Panggilan selesai"),
        failed: (event) => this.end(`Panggilan gagal: ${this.why || (CAUSES[event.cause] ?? event.cause)}`),
      },
    });
    this.hear(this.session.connection);
    this.meters();
  }

  // Asterisk names its outside addresses, wherever its sound is: it is where the pages are. A browser that may not use
  // the microphone hides its own behind a name (mDNS) that Asterisk can't look up: any address will do, as it learns
  // the true one from the first packet.
  direct(event) {
    const media = this.media || location.hostname;
    if (event.originator === "remote" && !event.sdp.includes("a=candidate:")) this.why = NO_ADDRESS;
    if (event.originator === "local") event.sdp = event.sdp.replace(/ [0-9a-f-]+\.local /g, ` ${media} `);
    else if (this.media) event.sdp = event.sdp.replace(/^(a=candidate:\S+ \d+ \S+ \d+ )\S+/gm, `$1${media}`);
  }

  hear(connection) {
    if (!connection || this.connection === connection) return;
    this.connection = connection;
    connection.addEventListener("track", (event) => {
      const heard = event.streams[0] ?? new MediaStream([event.track]);
      this.audio.srcObject = heard;
      this.heard = this.analyser(heard);
    });
  }

  analyser(stream) {
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 512;
    this.context.createMediaStreamSource(stream).connect(analyser);
    return analyser;
  }

  meters() {
    const fields = [document.getElementById("suara-masuk"), document.getElementById("suara-keluar")];
    const own = this.analyser(this.stream);
    const samples = new Float32Array(512);
    this.ticking = setInterval(() => {
      [this.heard, own].forEach((analyser, nth) => {
        if (!analyser) return;
        analyser.getFloatTimeDomainData(samples);
        fields[nth].value = Math.min(1, 4 * Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length));
      });
    }, 100);
  }

  press(keys) {
    if (!keys || !/^[0-9*#]+$/.test(keys) || !this.session?.isEstablished()) return;
    const transportType = JsSIP.C.DTMF_TRANSPORT.RFC2833;
    this.session.sendDTMF(keys, { transportType, duration: TONE_MS, interToneGap: GAP_MS });
  }

  mute() {
    const muted = this.session.isMuted().audio;
    if (muted) this.session.unmute({ audio: true });
    else this.session.mute({ audio: true });
    this.buttons.bisu.setAttribute("aria-pressed", String(!muted));
  }

  end(told) {
    if (!this.agent) return;
    const agent = this.agent;
    this.agent = this.session = this.connection = this.heard = null;
    clearInterval(this.ticking);
    setTimeout(() => agent.stop(), 500); // after what is still to be said
    for (const track of this.stream.getTracks()) track.stop();
    this.context.close();
    for (const meter of this.box.querySelectorAll("meter")) meter.value = 0;
    this.buttons.bisu.setAttribute("aria-pressed", "false");
    this.say(told);
    this.show(false);
    const events = this.events;
    setTimeout(() => events.close(), 3000); // how it ended is written within these
    this.buttons.panggil.textContent = `Panggil ${this.number} lagi`;
  }
}

new Telephone(document.getElementById("telepon"));
