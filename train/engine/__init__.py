"""The training loop: optimisation, distillation, checkpoints, devices and processes."""
