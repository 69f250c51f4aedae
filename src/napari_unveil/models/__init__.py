"""Small pretrained models, shipped with the package."""
