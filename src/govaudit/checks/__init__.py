"""Facts → findings. One check, one file; pure functions without network, clock or chance."""
