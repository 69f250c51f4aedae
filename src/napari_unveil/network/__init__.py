"""NETWORKS: layers, a U-Net, scaling, heads, devices and the model file. Tensors (batch, channel, y, x)."""
