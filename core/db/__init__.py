"""PostgreSQL parts of the kernel: fields, functions, guards."""
