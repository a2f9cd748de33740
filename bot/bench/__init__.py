"""The project's own benchmarks, each a ratio against a baseline that runs beside it on the same machine."""
