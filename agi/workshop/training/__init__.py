"""Makes the acoustic network of our Vosk model: data, synthesis, augmentation, LF-MMI, export.

Needs the dependency group `train` (PyTorch); nothing that answers a call imports this folder.
The way of a training run: `corpus` (labelled recordings) and `synthesis` (speech made here) give utterances, `augment`
turns them into telephone audio, `features` into MFCC frames, `batches` into batches; `network` holds the weights,
`mmi` the objective over the graphs of `graphs`; `loop` trains and can be resumed; `export` writes a Vosk directory.
"""
