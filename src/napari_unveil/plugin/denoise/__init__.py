"""The step DENOISE: signal and noise beside the frames."""
