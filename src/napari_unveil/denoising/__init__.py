"""DENOISE: frames and a model enter, signal and noise leave, in the unit of the frames."""
