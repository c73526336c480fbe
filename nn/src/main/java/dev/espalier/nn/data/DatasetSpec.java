package dev.espalier.nn.data;

import java.util.List;

/**
 * What is known of a data set before it is loaded.
 *
 * @param name the name in {@link Datasets}
 * @param shape the size of its images
 * @param classNames what the labels mean, in order
 * @param normalization the constants customarily used, measured on its training images
 * @param files the files that the data directory must hold, plain or .gz; empty if generated
 */
public record DatasetSpec(
    String name,
    ImageShape shape,
    List<String> classNames,
    Normalization normalization,
    List<String> files) {
  /** Copies the lists. */
  public DatasetSpec {
    classNames = List.copyOf(classNames);
    files = List.copyOf(files);
  }

  /** The number of classes. */
  public int classes() {
    return classNames.size();
  }

  /** Whether the images are made on the fly, from no file. */
  public boolean generated() {
    return files.isEmpty();
  }
}
