"""What the data is worth: datasets, real images, classifiers and sim-to-real reports."""
