"""Trains the network that reads digits: data -> models/model.pth, by `python -m train`."""
