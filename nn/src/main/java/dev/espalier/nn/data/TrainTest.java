package dev.espalier.nn.data;

/**
 * A loaded data set.
 *
 * @param spec its constants
 * @param train the training images
 * @param test the test images
 */
public record TrainTest(DatasetSpec spec, ImageDataset train, ImageDataset test) {}
