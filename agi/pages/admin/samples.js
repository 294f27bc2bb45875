// The worklet of record.js: hands over what the microphone gives, 2048 samples at a time.
class Samples extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Float32Array(2048);
    this.filled = 0;
  }

  process([input]) {
    if (input.length) {
      this.block.set(input[0], this.filled);
      this.filled += input[0].length;
      if (this.filled === this.block.length) {
        this.port.postMessage(this.block.slice());
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("samples", Samples);
