package dev.espalier.nn.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Labelled images of one size, kept as the unsigned bytes they came as.
 *
 * <p>Shape: image i is [channels, height, width], row-major, one byte a value. Subsets share the
 * pixels of the set they were taken from; nothing is ever written after construction, so a set may
 * be read from any thread.
 *
 * <p>PyTorch: {@code torch.utils.data.Dataset} and {@code Subset} over images.
 */
public final class ImageDataset {
  private static final int MAX_CLASSES = 256;

  /** Heap arrays end a few bytes short of 2^31. */
  private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;

  private final String name;
  private final String split;
  private final ImageShape shape;
  private final int classes;
  private final byte[] pixels;
  private final byte[] labels;
  private final int[] rows;

  private ImageDataset(
      String name,
      String split,
      ImageShape shape,
      int classes,
      byte[] pixels,
      byte[] labels,
      int[] rows) {
    this.name = name;
    this.split = split;
    this.shape = shape;
    this.classes = classes;
    this.pixels = pixels;
    this.labels = labels;
    this.rows = rows;
  }

  /**
   * Wraps pixels and labels; both arrays are used, not copied, and must not be written afterwards.
   *
   * @param pixels labels.length · channels · height · width unsigned bytes
   * @param labels one unsigned byte below {@code classes} an image
   * @throws IllegalArgumentException if the lengths disagree or a label is out of range
   */
  public static ImageDataset of(
      String name, String split, ImageShape shape, int classes, byte[] pixels, byte[] labels) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(split, "split");
    if (classes < 1 || classes > MAX_CLASSES) {
      throw refuse(name, split, "classes must be 1 to " + MAX_CLASSES + ", not " + classes);
    }
    long expected = checkedBytes(name, split, labels.length, shape);
    if (pixels.length != expected) {
      throw refuse(
          name,
          split,
          labels.length
              + " labels of "
              + shape
              + " images need "
              + expected
              + " pixel bytes, not "
              + pixels.length);
    }
    for (int i = 0; i < labels.length; i++) {
      if ((labels[i] & 255) >= classes) {
        throw refuse(
            name,
            split,
            "label " + (labels[i] & 255) + " of image " + i + " is not below " + classes);
      }
    }
    int[] rows = IntStream.range(0, labels.length).toArray();
    return new ImageDataset(name, split, shape, classes, pixels, labels, rows);
  }

  /** The number of pixel bytes of so many images, refused where one array cannot hold them. */
  static long checkedBytes(String name, String split, long count, ImageShape shape) {
    long bytes = count * shape.values();
    if (bytes > MAX_BYTES) {
      throw refuse(
          name,
          split,
          count
              + " images of "
              + shape
              + " are "
              + bytes
              + " bytes; one set holds at most "
              + MAX_BYTES
              + " (load fewer images)");
    }
    return bytes;
  }

  /** What the images are, such as {@code mnist}. */
  public String name() {
    return name;
  }

  /** Which part of the whole this is, such as {@code train} or {@code train[held out 6000]}. */
  public String split() {
    return split;
  }

  /** Channels, height and width of every image. */
  public ImageShape shape() {
    return shape;
  }

  /** The number of classes; labels are 0 to classes - 1. */
  public int classes() {
    return classes;
  }

  /** The number of images. */
  public int count() {
    return rows.length;
  }

  /** The class of image {@code index}. */
  public int label(int index) {
    return labels[rows[index]] & 255;
  }

  /** One value, 0 to 255, of image {@code index}. */
  public int pixel(int index, int channel, int y, int x) {
    Objects.checkIndex(channel, shape.channels());
    Objects.checkIndex(y, shape.height());
    Objects.checkIndex(x, shape.width());
    return pixels[offset(index) + (channel * shape.height() + y) * shape.width() + x] & 255;
  }

  /** Copies image {@code index}, [channels, height, width], to {@code destination}. */
  public void copyPixels(int index, byte[] destination, int offset) {
    System.arraycopy(pixels, offset(index), destination, offset, shape.values());
  }

  /** How many images each class has. */
  public int[] classCounts() {
    int[] counts = new int[classes];
    for (int row : rows) {
      counts[labels[row] & 255]++;
    }
    return counts;
  }

  /** The images at {@code indices}, in that order, sharing this set's pixels. */
  public ImageDataset subset(int... indices) {
    return subset("subset " + indices.length, indices);
  }

  /** The first {@code count} images. */
  public ImageDataset first(int count) {
    if (count < 0 || count > count()) {
      throw refuse(name, split, "first " + count + " images asked of " + count());
    }
    return count == count() ? this : subset("first " + count, IntStream.range(0, count).toArray());
  }

  /** The first {@code perClass} images of each class, in the order they have here. */
  public ImageDataset take(int perClass) {
    int[] counts = classCounts();
    for (int c = 0; c < classes; c++) {
      if (counts[c] < perClass || perClass < 0) {
        throw refuse(
            name, split, perClass + " images a class asked but class " + c + " has " + counts[c]);
      }
    }
    int[] taken = new int[classes];
    return filter("take " + perClass, i -> taken[label(i)]++ < perClass);
  }

  /**
   * Divides this set at random, class by class: round({@code fraction} · images of the class) of
   * each class are held out. Both parts keep the order the images have here.
   */
  public Parts split(double fraction, long seed) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw refuse(name, split, "the held-out fraction must be 0 to 1, not " + fraction);
    }
    int[] shuffled = Draws.generator(seed, Draws.Purpose.SPLIT, 0, 0).permutation(count());
    int[] wanted = classCounts();
    Arrays.setAll(wanted, c -> (int) Math.round(fraction * wanted[c]));
    boolean[] held = new boolean[count()];
    int total = 0;
    for (int index : shuffled) {
      if (wanted[label(index)]-- > 0) {
        held[index] = true;
        total++;
      }
    }
    return new Parts(
        filter("kept " + (count() - total), i -> !held[i]),
        filter("held out " + total, i -> held[i]));
  }

  /**
   * The two parts of a divided set.
   *
   * @param kept what is left
   * @param heldOut what was set aside
   */
  public record Parts(ImageDataset kept, ImageDataset heldOut) {}

  /**
   * SHA-256, in hexadecimal, of shape, number of classes, pixels and labels in this order: equal
   * sets have equal digests wherever they came from.
   */
  public String digest() {
    MessageDigest sha = Sha256.create();
    String header =
        "images "
            + shape.channels()
            + ' '
            + shape.height()
            + ' '
            + shape.width()
            + ' '
            + classes
            + ' '
            + count()
            + '\n';
    sha.update(header.getBytes(StandardCharsets.US_ASCII));
    for (int row : rows) {
      sha.update(pixels, row * shape.values(), shape.values());
    }
    for (int row : rows) {
      sha.update(labels[row]);
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  @Override
  public String toString() {
    return name
        + ' '
        + split
        + ": "
        + count()
        + " images of "
        + shape
        + ", "
        + classes
        + " classes";
  }

  byte[] pixels() {
    return pixels;
  }

  int offset(int index) {
    return rows[index] * shape.values();
  }

  private ImageDataset filter(String what, IntPredicate keep) {
    return subset(what, IntStream.range(0, count()).filter(keep).toArray());
  }

  private ImageDataset subset(String what, int[] indices) {
    int[] chosen = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || indices[i] >= rows.length) {
        throw refuse(name, split, "index " + indices[i] + " asked of " + rows.length + " images");
      }
      chosen[i] = rows[indices[i]];
    }
    return new ImageDataset(name, split + '[' + what + ']', shape, classes, pixels, labels, chosen);
  }

  private static IllegalArgumentException refuse(String name, String split, String rule) {
    return new IllegalArgumentException("dataset " + name + ' ' + split + ": " + rule);
  }
}
