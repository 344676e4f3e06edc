"""Training itself: optimisation, distillation, checkpoints, devices and processes."""
