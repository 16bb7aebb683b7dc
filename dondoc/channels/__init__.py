"""Ways out: each channel tries once and says how it ended; and the demo's mail sink."""
