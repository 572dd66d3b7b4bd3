"""HTTP parts of the kernel: errors as JSON."""
