"""Speed and memory, measured on the real thing; `python -m benchmarks --help`."""
