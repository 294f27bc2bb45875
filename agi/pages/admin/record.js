// Records in the page: an AudioWorklet hands over samples, which become a 16-bit WAV file in the form's own file field.
// MediaRecorder would give WebM, which the hotline does not read.

function wav(blocks, rate) {
  const count = blocks.reduce((sum, block) => sum + block.length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const text = (at, word) => [...word].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * count, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * count, true);
  let at = 44;
  for (const block of blocks) {
    for (const sample of block) {
      view.setInt16(at, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true);
      at += 2;
    }
  }
  return new File([view.buffer], "rekaman.wav", { type: "audio/wav" });
}

class Recorder {
  constructor(form, worklet) {
    this.form = form;
    this.worklet = worklet;
    this.field = form.querySelector("input[type=file]");
    const line = document.createElement("p");
    line.className = "recorder";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "quiet";
    this.meter = document.createElement("meter");
    this.meter.max = 1;
    this.meter.low = 0.05;
    this.meter.high = 0.9;
    this.meter.setAttribute("aria-label", "Tingkat suara mikrofon");
    this.told = document.createElement("span");
    this.told.setAttribute("role", "status");
    line.append(this.button, this.meter, this.told);
    form.prepend(line);
    this.button.addEventListener("click", () => (this.context ? this.stop() : this.start()));
    this.rest("");
  }

  rest(told) {
    this.button.textContent = "Rekam di sini";
    this.meter.value = 0;
    this.meter.hidden = true;
    this.told.textContent = told;
  }

  async start() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
    } catch {
      this.rest("Mikrofon tidak dapat dipakai: beri izin di peramban, atau kirim berkas.");
      return;
    }
    this.context = new AudioContext();
    this.blocks = [];
    await this.context.audioWorklet.addModule(this.worklet);
    const source = this.context.createMediaStreamSource(this.stream);
    const node = new AudioWorkletNode(this.context, "samples", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => {
      this.blocks.push(data);
      this.meter.value = data.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
      const seconds = (this.blocks.length * data.length) / this.context.sampleRate;
      this.told.textContent = `Merekam, ${Math.floor(seconds)} detik`;
      if (seconds > 60) this.stop();
    };
    source.connect(node);
    this.meter.hidden = false;
    this.button.textContent = "Selesai";
  }

  async stop() {
    const { context, blocks } = this;
    this.context = null;
    for (const track of this.stream.getTracks()) track.stop();
    const file = wav(blocks, context.sampleRate);
    await context.close();
    const files = new DataTransfer();
    files.items.add(file);
    this.field.files = files.files;
    this.rest("Selesai direkam.");
    this.form.requestSubmit();
  }
}

if (navigator.mediaDevices && window.AudioWorkletNode) {
  const { worklet } = document.querySelector("script[data-worklet]").dataset;
  for (const form of document.querySelectorAll("form[data-record]")) new Recorder(form, worklet);
}
