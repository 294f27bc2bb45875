"""What never answers a call: the telephone for tests, benchmarks, training and evaluation of the model."""
